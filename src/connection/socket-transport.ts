import { Socket, type SocketConstructorOpts } from 'node:net'
import type { OpenableTransport, PeerAddress, TransportSink } from './transport.js'

/** Octets of one read. A larger one is not faster, a smaller one is slower with large messages. */
export const READ_SIZE_BYTES = 256 * 1024

/** Octets of one read while other sockets have something to say, too: they wait for the work that it makes. */
const SHARED_READ_BYTES = 64 * 1024

/**
 * After a full read a socket rests until no other one was read for so many turns of the loop. A turn without other work
 * takes some 3 us. Four of them are a few percent of what a read's worth of messages of 1 KiB costs, so who is alone for
 * some time rests for one.
 */
const QUIET_TURNS_ALONE = 1
/** Full reads without company after which a socket counts as alone. */
const READS_UNTIL_ALONE = 8
const QUIET_TURNS_WATCHFUL = 4
/** As long as it takes a consumer to have its acks here (`amqpload -a 100 -f 1000`): 4 and 8 let it fall behind. */
const QUIET_TURNS_SHARED = 16
/** But not for more turns than this: those who always have something to say must not silence it. */
const REST_TURNS_MAX = 64

/** Where the reads of one broker go: `bytes[start..end)`. The memory around it is somebody else's. */
export interface ReadArea {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** Reads so far, by all sockets. */
  reads: number
}

/**
 * A socket as a connection sees it.
 *
 * Reads are bounded: libuv goes on reading a socket as long as reads fill the buffer, up to 32 times, and a publisher
 * that floods would keep the acks of others waiting for all of that. So after a full read the socket is left alone
 * until the others have nothing to say: what is consumed goes before what is published (`amqpload -a 100 -f 1000`).
 */
export class SocketTransport implements OpenableTransport {
  readonly peer: PeerAddress
  readonly #socket: Socket
  readonly #area: ReadArea
  #sink: TransportSink | undefined
  #paused = true
  #resting = false
  #turnsLeft = 0
  #quietTurns = 0
  /** Others were read while it rested last, and while it rests now. */
  #hasCompany = false
  #seesCompany = false
  /** Full reads since others were read. */
  #readsAlone = 0
  /** Reads of others when it was looked last. */
  #othersSeen = 0
  #ownReads = 0
  #closed = false
  #error: Error | undefined
  /** Octets read since the loop last went round; only counted where the size of reads is not ours to choose. */
  #readInTurn = 0
  readonly #rested = (): void => {
    this.#turnsLeft -= 1
    if (this.#othersWereRead()) {
      this.#quietTurns = 0
      this.#seesCompany = true
    } else this.#quietTurns += 1
    if (this.#quietTurns < this.#quietTurnsWanted && this.#turnsLeft > 0) {
      setImmediate(this.#rested)
      return
    }
    this.#hasCompany = this.#seesCompany
    this.#resting = false
    this.#readInTurn = 0
    if (!this.#paused && !this.#closed) this.#socket.resume()
  }

  constructor(socket: Socket, peer: PeerAddress, area: ReadArea) {
    this.#socket = socket
    this.#area = area
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

  get #quietTurnsWanted(): number {
    if (this.#hasCompany || this.#seesCompany) return QUIET_TURNS_SHARED
    return this.#readsAlone < READS_UNTIL_ALONE ? QUIET_TURNS_WATCHFUL : QUIET_TURNS_ALONE
  }

  /** True when others were read since it was looked last. */
  #othersWereRead(): boolean {
    const others = this.#area.reads - this.#ownReads
    if (others === this.#othersSeen) return false
    this.#othersSeen = others
    this.#readsAlone = 0
    return true
  }

  #countRead(): void {
    this.#area.reads += 1
    this.#ownReads += 1
  }

  /** Octets that the next read may take. */
  get readBytes(): number {
    const { start, end } = this.#area
    return this.#hasCompany ? Math.min(SHARED_READ_BYTES, end - start) : end - start
  }

  /** A read into the shared area. Returns false when the socket must stop reading. */
  readIntoArea(octets: number): boolean {
    const { bytes, start } = this.#area
    this.#countRead()
    this.#sink?.received(bytes, start, start + octets)
    if (octets === this.readBytes) this.#rest()
    return !this.#resting && !this.#paused
  }

  /** A read of Node's own choosing. */
  readChunk(chunk: Buffer): void {
    this.#countRead()
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
    this.#turnsLeft = REST_TURNS_MAX
    this.#quietTurns = 0
    this.#seesCompany = false
    this.#readsAlone += 1
    this.#othersWereRead()
    setImmediate(this.#rested)
  }
}

/** A transport over a socket whose data comes in chunks that Node allocates: TLS, and where nothing better works. */
export function transportOf(socket: Socket, peer: PeerAddress, area: ReadArea): SocketTransport {
  const transport = new SocketTransport(socket, peer, area)
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
  if (typeof handle !== 'object' || handle === null) return transportOf(accepted, peer, area)
  if (process.platform === 'win32' || !('useUserBuffer' in handle)) return transportOf(accepted, peer, area)
  holder._handle = null
  // Without its handle this takes the empty socket off the server's count and nothing else.
  accepted.destroy()
  const { bytes, start, end } = area
  const whole = bytes.subarray(start, end)
  const part = bytes.subarray(start, Math.min(start + SHARED_READ_BYTES, end))
  let transport: SocketTransport | undefined
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer: () => (transport === undefined || transport.readBytes === whole.length ? whole : part),
      callback: (octets: number): boolean => transport?.readIntoArea(octets) ?? false,
    },
  }
  const socket = new Socket(options as SocketConstructorOpts)
  transport = new SocketTransport(socket, peer, area)
  return transport
}
