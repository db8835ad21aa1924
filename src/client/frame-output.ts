import { ByteWriter } from '../protocol/amqp091/index.js'
import type { ClientSocket } from './client-socket.js'
import { BacklogError } from './errors.js'

const BUFFER_BYTES = 16_384

// A turn that writes more than this is written out in parts, so that the buffer does not grow with the turn.
const FLUSH_BYTES = 65_536

/** How much may wait to be sent. */
export interface OutputLimits {
  /** Bytes from which {@link FrameOutput.hasRoom} says no. */
  readonly writeBacklogBytes: number
  /** Bytes from which {@link FrameOutput.checkRoom} throws. */
  readonly writeBacklogBytesMax: number
}

/** The way out of a connection: frames are gathered and written once a turn of the event loop. */
export class FrameOutput {
  readonly #socket: Pick<ClientSocket, 'write' | 'writableLength'>
  readonly #limits: OutputLimits
  readonly #onRoom: () => void
  readonly #writer = new ByteWriter(Buffer.allocUnsafeSlow(BUFFER_BYTES))
  #scheduled = false
  #closed = false
  /** Somebody was told that there is no room, and is to be told when there is. */
  #toldFull = false
  /** Set by every write, cleared by who looks at it: the heartbeat. */
  wrote = false

  /** `onRoom` is called when there is room again after `hasRoom()` was false. */
  constructor(
    socket: Pick<ClientSocket, 'write' | 'writableLength'>,
    limits: OutputLimits,
    onRoom: () => void,
  ) {
    this.#socket = socket
    this.#limits = limits
    this.#onRoom = onRoom
  }

  /** Bytes that the socket has not taken yet. */
  get waitingBytes(): number {
    return this.#writer.position + this.#socket.writableLength
  }

  /** False while more waits than should; `onRoom` follows. */
  hasRoom(): boolean {
    if (this.waitingBytes <= this.#limits.writeBacklogBytes) return true
    this.#toldFull = true
    return false
  }

  /** Throws a BacklogError when `bytes` more would be more than may wait. */
  checkRoom(bytes: number): void {
    const waiting = this.waitingBytes + bytes
    if (waiting > this.#limits.writeBacklogBytesMax) {
      throw new BacklogError(waiting, this.#limits.writeBacklogBytesMax)
    }
  }

  /** Lets `encode` write frames, which go out at the end of this turn. After {@link close} it does nothing. */
  send(encode: (writer: ByteWriter) => void): void {
    if (this.#closed) return
    encode(this.#writer)
    this.wrote = true
    if (this.#writer.position >= FLUSH_BYTES) this.flush()
    if (this.#scheduled) return
    this.#scheduled = true
    process.nextTick(() => {
      this.#scheduled = false
      this.flush()
    })
  }

  /** Hands everything gathered so far to the socket. */
  flush(): void {
    if (this.#writer.position === 0 || this.#closed) return
    // The socket keeps the bytes until they are written, so the writer goes on with another buffer.
    this.#socket.write(this.#writer.written(), this.#written)
    this.#writer.switchBuffer(Buffer.allocUnsafeSlow(BUFFER_BYTES))
  }

  /** Writes what there is and takes nothing more. */
  close(): void {
    this.flush()
    this.#closed = true
  }

  readonly #written = (): void => {
    if (!this.#toldFull || this.#closed || this.waitingBytes > this.#limits.writeBacklogBytes) return
    this.#toldFull = false
    this.#onRoom()
  }
}
