import type { PeerCertificate } from 'node:tls'

/**
 * What a connection knows of the socket under it: TCP, Unix domain socket or TLS. Implemented by {@link
 * import('./socket-transport.js').SocketTransport}; tests may hand in their own.
 */
export interface Transport {
  readonly peer: PeerAddress
  /** Octets handed to {@link write} that the kernel has not taken yet. */
  readonly unsentBytes: number
  /** Hands a chunk to the socket, which reads it until `sent` is called (in order, never before this returns). */
  write(chunk: Buffer, sent: () => void): void
  /** No further octets are read until {@link resume}. */
  pause(): void
  resume(): void
  /** Ends our side once everything was written; the peer may still send. */
  end(): void
  /** Drops the socket at once. */
  destroy(): void
}

/** A transport that nobody has read from yet. */
export interface OpenableTransport extends Transport {
  /** Begins to read for `sink`. Comes once. */
  open(sink: TransportSink): void
}

/** Whom a transport tells what it read. */
export interface TransportSink {
  /** Octets of the peer. They are overwritten by the next read of any connection once this returns. */
  received(buffer: Buffer, start: number, end: number): void
  /** The peer has ended its side. */
  ended(): void
  /** The socket is gone, after an error when there is one. Comes once and last. */
  closed(error: Error | undefined): void
}

/** Both ends of a connection. For a Unix domain socket hosts are empty and ports 0. */
export interface PeerAddress {
  readonly host: string
  readonly port: number
  readonly localHost: string
  readonly localPort: number
  readonly kind: 'tcp' | 'tls' | 'unix'
  /** Facts of the TLS session, when there is one. */
  readonly tls: TlsFacts | undefined
}

/** What is known of a TLS session. */
export interface TlsFacts {
  /** `TLSv1.3` and the like. */
  readonly protocol: string
  readonly cipher: string
  /** The certificate that the client showed, also one that was not verified. */
  readonly certificate: PeerCertificate | undefined
  /** True when the listener asks for certificates and this one passed the check. */
  readonly verified: boolean
}
