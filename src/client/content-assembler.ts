import {
  type BasicProperties,
  CONTENT_HEADER_SIZE,
  decodeProperties,
  FRAME_BODY,
  FRAME_HEADER,
} from '../protocol/amqp091/index.js'
import type { Frame } from './frame-splitter.js'

/** The largest body that is taken, in bytes: the most that the protocol's peers may send. */
export const BODY_SIZE_MAX = 536_870_912

type Content = (properties: BasicProperties, body: Buffer) => void

const EMPTY = Buffer.alloc(0)

/** Puts the header and body frames that follow a method of one channel together. */
export class ContentAssembler {
  #done: Content | undefined
  #properties: BasicProperties | undefined
  #body: Buffer = EMPTY
  #filled = 0

  /** True while frames of a message are missing. */
  get expecting(): boolean {
    return this.#done !== undefined
  }

  /** A method with content was received: calls `done` with the whole message, with a body that is its own. */
  begin(done: Content): void {
    this.#done = done
    this.#properties = undefined
  }

  /** Takes a header or body frame. Throws when it is not the one that is due. */
  take(frame: Frame): void {
    if (this.#done === undefined) throw new Error(`received a frame of type ${frame.type} out of place`)
    if (this.#properties === undefined) this.#takeHeader(frame)
    else this.#takeBody(frame)
    if (this.#filled < this.#body.length || this.#properties === undefined) return
    const [done, properties, body] = [this.#done, this.#properties, this.#body]
    this.#done = undefined
    this.#properties = undefined
    this.#body = EMPTY
    done(properties, body)
  }

  #takeHeader({ type, payload }: Frame): void {
    if (type !== FRAME_HEADER) throw new Error(`received a frame of type ${type}, a content header was due`)
    const size = payload.readBigUInt64BE(4)
    if (size > BODY_SIZE_MAX)
      throw new Error(`received a message of ${size} bytes, ${BODY_SIZE_MAX} are taken`)
    this.#properties = decodeProperties(payload, CONTENT_HEADER_SIZE, payload.length)
    this.#body = size === 0n ? EMPTY : Buffer.allocUnsafe(Number(size))
    this.#filled = 0
  }

  #takeBody({ type, payload }: Frame): void {
    if (type !== FRAME_BODY) throw new Error(`received a frame of type ${type}, a body was due`)
    if (this.#filled + payload.length > this.#body.length)
      throw new Error('received more body than announced')
    payload.copy(this.#body, this.#filled)
    this.#filled += payload.length
  }
}
