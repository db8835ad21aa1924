import { EventEmitter } from 'node:events'
import type { ClientSocket } from '../client/client-socket.js'
import type { OpenableTransport, PeerAddress, TransportSink } from '../connection/transport.js'

/** As a Unix domain socket: nobody's host and port. */
const PEER: PeerAddress = { host: '', port: 0, localHost: '', localPort: 0, kind: 'unix', tls: undefined }

/**
 * Two ends of a connection without a socket in between. Octets are handed over at the end of the running work, never
 * within a call, so that both ends see what they would see of a socket.
 */
export class InProcessLink {
  readonly client: ClientSocket
  readonly server: OpenableTransport

  constructor() {
    const client = new ClientEnd()
    const server = new ServerEnd(client)
    client.server = server
    this.client = client
    this.server = server
  }
}

class ClientEnd extends EventEmitter implements ClientSocket {
  server!: ServerEnd
  #closed = false

  /** Octets that the broker has not read yet. */
  get writableLength(): number {
    return this.server.unreadBytes
  }

  write(bytes: Uint8Array, written: () => void): void {
    if (!this.#closed) this.server.receive(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), written)
  }

  /** What was written is the other end's by now, whether it has read it or not: as with a socket. */
  destroySoon(): void {
    this.server.endAfterReading()
    this.closed()
  }

  destroy(): void {
    this.server.peerClosed()
    this.closed()
  }

  /** Both ends are gone. */
  closed(): void {
    if (this.#closed) return
    this.#closed = true
    queueMicrotask(() => this.emit('close'))
  }
}

interface Unread {
  readonly octets: Buffer
  readonly read: () => void
}

class ServerEnd implements OpenableTransport {
  readonly peer = PEER
  readonly #client: ClientEnd
  readonly #unread: Unread[] = []
  unreadBytes = 0
  unsentBytes = 0
  #sink: TransportSink | undefined
  #paused = false
  #scheduled = false
  #ending = false
  #closed = false

  constructor(client: ClientEnd) {
    this.#client = client
  }

  open(sink: TransportSink): void {
    this.#sink = sink
    queueMicrotask(() => this.#client.emit('connect'))
  }

  write(chunk: Buffer, sent: () => void): void {
    // The chunk is the broker's again once `sent` was called, and the client may keep what it gets.
    const copy = Buffer.from(chunk)
    this.unsentBytes += copy.length
    queueMicrotask(() => {
      this.unsentBytes -= copy.length
      if (!this.#closed) this.#client.emit('data', copy)
      sent()
    })
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#schedule()
  }

  end(): void {
    queueMicrotask(() => {
      this.peerClosed()
      this.#client.closed()
    })
  }

  destroy(): void {
    this.#close()
    this.#client.closed()
  }

  /** Octets of the client. */
  receive(octets: Buffer, read: () => void): void {
    if (this.#closed) return
    this.#unread.push({ octets, read })
    this.unreadBytes += octets.length
    this.#schedule()
  }

  endAfterReading(): void {
    this.#ending = true
    this.#schedule()
  }

  /** The client is gone. */
  peerClosed(): void {
    if (this.#closed) return
    queueMicrotask(() => {
      if (!this.#closed) this.#sink?.ended()
      this.#close()
    })
  }

  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#closed) return
    this.#scheduled = true
    queueMicrotask(() => this.#read())
  }

  #read(): void {
    this.#scheduled = false
    while (!this.#paused && !this.#closed) {
      const next = this.#unread.shift()
      if (next === undefined) break
      this.unreadBytes -= next.octets.length
      this.#sink?.received(next.octets, 0, next.octets.length)
      next.read()
    }
    if (this.#ending && this.#unread.length === 0) this.peerClosed()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#unread.length = 0
    queueMicrotask(() => this.#sink?.closed(undefined))
  }
}
