import { Socket, type SocketConstructorOpts } from 'node:net'
import { READ_SIZE_BYTES, READ_SIZE_BYTES_MIN, type ReadArea, SHARED_READ_BYTES } from './read-area.js'
import type { OpenableTransport, PeerAddress, TransportSink } from './transport.js'

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
/** A consumer with a small window has to be heard between any two reads, which are short then. */
const QUIET_TURNS_BESIDE_WINDOWS = 32
/** But not for more turns than this: those who always have something to say must not silence it. */
const REST_TURNS_MAX = 64

/**
 * What is read at once should take no longer than this, in milliseconds: after one that does the next is as much as would
 * have taken that long. Acks cost several times as much per octet as small messages, a message for a thousand queues a
 * thousand times, and both several times as much while V8 has yet to compile what a queue does that has just become deep.
 */
const READ_TIME_MAX_MS = 2
/** A read that would take less of that doubles the next one. */
const SHORT_SHARE = 1 / 4

/**
 * A socket as a connection sees it.
 *
 * Reads are bounded: libuv goes on reading a socket as long as reads fill the buffer, up to 32 times, and a publisher
 * that floods would keep the acks of others waiting for all of that. So after a full read the socket is left alone
 * until the others have nothing to say: what is consumed goes before what is published (`amqpload -a 100 -f 1000`).
 * The fewer messages a consumer may have at a time, the less is read before it is heard again: beside two floods a
 * prefetch of 1 keeps its rate (bench/fairness.js; it kept a quarter of it with reads of one size).
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
  /** Where the next read goes. */
  #buffer: Buffer
  /** Full windows of consumers that were met before it rests, and whether there were more while it rested last. */
  #windowsMet = 0
  #besideWindows = false
  /** What it reads at once in about the time that a read may take. */
  #timelyBytes = SHARED_READ_BYTES
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
    this.#besideWindows = this.#area.windows.fullCount !== this.#windowsMet
    this.#resting = false
    this.#readInTurn = 0
    if (!this.#paused && !this.#closed) this.#socket.resume()
  }

  constructor(socket: Socket, peer: PeerAddress, area: ReadArea) {
    this.#socket = socket
    this.#area = area
    this.#buffer = area.view(this.#timelyBytes)
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
    if (this.#besideWindows && this.#area.bytesBesideWindows < SHARED_READ_BYTES)
      return QUIET_TURNS_BESIDE_WINDOWS
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

  /** Where the next read goes; asked after each read. */
  nextBuffer(): Buffer {
    this.#buffer = this.#area.view(this.#readMost)
    return this.#buffer
  }

  /** Octets that it may read before it rests. */
  get #readMost(): number {
    let most = READ_SIZE_BYTES
    if (this.#besideWindows) most = this.#area.bytesBesideWindows
    else if (this.#hasCompany) most = SHARED_READ_BYTES
    return Math.min(most, this.#timelyBytes)
  }

  #receive(bytes: Buffer, start: number, octets: number): void {
    this.#countRead()
    if (octets < READ_SIZE_BYTES_MIN) {
      this.#sink?.received(bytes, start, start + octets)
      return
    }
    const before = performance.now()
    this.#sink?.received(bytes, start, start + octets)
    const tookMs = performance.now() - before
    const timely = this.#timelyBytes
    if (tookMs > READ_TIME_MAX_MS) {
      this.#timelyBytes = this.#area.view((Math.min(timely, octets) * READ_TIME_MAX_MS) / tookMs).length
    } else if ((tookMs / octets) * timely < READ_TIME_MAX_MS * SHORT_SHARE) {
      this.#timelyBytes = Math.min(READ_SIZE_BYTES, timely * 2)
    }
  }

  /** A read into the shared area. Returns false when the socket must stop reading. */
  readIntoArea(octets: number): boolean {
    const { bytes, start } = this.#area
    // A buffer that was handed out when less was allowed may be full too early.
    const isFull = octets === this.#buffer.length && octets >= this.#readMost
    this.#receive(bytes, start, octets)
    if (isFull) this.#rest()
    return !this.#resting && !this.#paused
  }

  /** A read of Node's own choosing. */
  readChunk(chunk: Buffer): void {
    this.#receive(chunk, 0, chunk.length)
    this.#readInTurn += chunk.length
    if (this.#readInTurn < this.#readMost || this.#resting) {
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
    this.#windowsMet = this.#area.windows.fullCount
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
  let transport: SocketTransport | undefined
  const options = {
    handle,
    allowHalfOpen: true,
    onread: {
      buffer: () => transport?.nextBuffer() ?? area.view(SHARED_READ_BYTES),
      callback: (octets: number): boolean => transport?.readIntoArea(octets) ?? false,
    },
  }
  const socket = new Socket(options as SocketConstructorOpts)
  transport = new SocketTransport(socket, peer, area)
  return transport
}
