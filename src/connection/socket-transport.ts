import { Socket, type SocketConstructorOpts } from 'node:net'
import type { OpenableTransport, PeerAddress, TransportSink } from './transport.js'

/** Octets of one read. Larger ones let a publisher get ahead of the acks of others, smaller ones were slower. */
export const READ_SIZE_BYTES = 256 * 1024

/**
 * Turns of the loop that a socket rests after a full read. A turn without other work is over at once, so a lone
 * publisher loses nothing; beside a consumer that acks (`amqpload -a 100 -f 1000`), 4 turns took consuming from 0.82 to
 * 1.29 million messages a second and made it keep up with publishing; 1 and 2 did nothing, 6 were slower.
 */
const REST_TURNS = 4

/** Where reads go: `bytes[start..end)`. The memory around it is somebody else's. */
export interface ReadArea {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/**
 * A socket as a connection sees it.
 *
 * Reads are bounded: libuv goes on reading a socket as long as reads fill the buffer, up to 32 times, and a publisher
 * that floods would keep the acks of others waiting for all of that. So after a full read the socket is left alone
 * until the others had several turns.
 */
export class SocketTransport implements OpenableTransport {
  readonly peer: PeerAddress
  readonly #socket: Socket
  #sink: TransportSink | undefined
  #paused = true
  #resting = false
  #turnsLeft = 0
  #closed = false
  #error: Error | undefined
  /** Octets read since the loop last went round; only counted where the size of reads is not ours to choose. */
  #readInTurn = 0
  readonly #rested = (): void => {
    this.#turnsLeft -= 1
    if (this.#turnsLeft > 0) {
      setImmediate(this.#rested)
      return
    }
    this.#resting = false
    this.#readInTurn = 0
    if (!this.#paused && !this.#closed) this.#socket.resume()
  }

  constructor(socket: Socket, peer: PeerAddress) {
    this.#socket = socket
    this.peer = peer
    socket.on('error', (error) => {
      this.#error = error
    })
    socket.on('end', () => this.#sink?.ended())
    socket.on('close', () => {
      this.#closed = true
      this.#sink?.closed(this.#error)
    })
  }

  open(sink: TransportSink): void {
    this.#sink = sink
    if (this.#closed) sink.closed(this.#error)
    else this.resume()
  }

  get unsentBytes(): number {
    return this.#socket.writableLength
  }

  write(chunk: Buffer, sent: () => void): void {
    this.#socket.write(chunk, sent)
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (!this.#resting && !this.#closed) this.#socket.resume()
  }

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** A read into the shared area. Returns false when the socket must stop reading. */
  readIntoArea({ bytes, start, end }: ReadArea, octets: number): boolean {
    this.#sink?.received(bytes, start, start + octets)
    if (octets === end - start) this.#rest()
    return !this.#resting && !this.#paused
  }

  /** A read of Node's own choosing. */
  readChunk(chunk: Buffer): void {
    this.#sink?.received(chunk, 0, chunk.length)
    this.#readInTurn += chunk.length
    if (this.#readInTurn < READ_SIZE_BYTES || this.#resting) {
      if (this.#readInTurn === chunk.length) setImmediate(this.#endOfTurn)
      return
    }
    this.#rest()
    this.#socket.pause()
  }

  readonly #endOfTurn = (): void => {
    if (!this.#resting) this.#readInTurn = 0
  }

  #rest(): void {
    if (this.#resting) return
    this.#resting = true
    this.#turnsLeft = REST_TURNS
    setImmediate(this.#rested)
  }
}

/** A transport over a socket whose data comes in chunks that Node allocates: TLS, and where nothing better works. */
export function transportOf(socket: Socket, peer: PeerAddress): SocketTransport {
  const transport = new SocketTransport(socket, peer)
  socket.on('data', (chunk: Buffer) => transport.readChunk(chunk))
  socket.pause()
  return transport
}

/**
 * A transport over a socket just accepted, reading into `area`, which all connections share: an idle connection then
 * owns no buffer and nothing is allocated for a read.
 *
 * Node documents `onread` for sockets that it connects, not for those that it accepts; so the accepted socket's handle
 * is moved into a new socket. Works on Node 20, 22 and 24. Where it is missing, reads come as 'data'. On Windows reads
 * are started ahead of time, so there an area cannot be shared.
 */
export function acceptedTransport(accepted: Socket, peer: PeerAddress, area: ReadArea): SocketTransport {
  const holder = accepted as unknown as { _handle: unknown }
  const handle = holder._handle
  if (typeof handle !== 'object' || handle === null) return transportOf(accepted, peer)
  if (process.platform === 'win32' || !('useUserBuffer' in handle)) return transportOf(accepted, peer)
  holder._handle = null
  // Without its handle this takes the empty socket off the server's count and nothing else.
  accepted.destroy()
  let transport: SocketTransport | undefined
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer: area.bytes.subarray(area.start, area.end),
      callback: (octets: number): boolean => transport?.readIntoArea(area, octets) ?? false,
    },
  }
  const socket = new Socket(options as SocketConstructorOpts)
  transport = new SocketTransport(socket, peer)
  return transport
}
