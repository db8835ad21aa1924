import { FRAME_END, FRAME_HEADER_SIZE, FRAME_OVERHEAD } from '../protocol/amqp091/index.js'

/** A frame as it was received. `payload` is a view that is valid during the call it is handed to. */
export interface Frame {
  readonly type: number
  readonly channel: number
  readonly payload: Buffer
}

/** Cuts a stream of bytes into frames, whatever the pieces in which it arrives. */
export class FrameSplitter {
  /** The largest frame taken, in bytes, overhead included; 0 is no limit. */
  frameMax = 0
  #rest: Buffer | undefined

  /** Calls `onFrame` for each frame that is complete now. Throws when the bytes are no frames, or one is too large. */
  push(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    this.#rest = undefined
    while (at + FRAME_HEADER_SIZE <= bytes.length) {
      const size = bytes.readUInt32BE(at + 3)
      if (this.frameMax > 0 && size + FRAME_OVERHEAD > this.frameMax) {
        throw new Error(`received a frame of ${size + FRAME_OVERHEAD} bytes, agreed were ${this.frameMax}`)
      }
      const end = at + FRAME_HEADER_SIZE + size
      if (end >= bytes.length) break
      if (bytes[end] !== FRAME_END) throw new Error(`received a frame that ends with ${bytes[end]}`)
      const type = bytes.readUInt8(at)
      const channel = bytes.readUInt16BE(at + 1)
      const payload = bytes.subarray(at + FRAME_HEADER_SIZE, end)
      at = end + 1
      onFrame({ type, channel, payload })
    }
    if (at < bytes.length) this.#rest = bytes.subarray(at)
  }
}
