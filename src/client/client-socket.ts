/**
 * What a connection needs of the socket under it. Sockets of `node:net` and `node:tls` are ones; a program may hand in
 * its own with the option `socket`, which says `connect` once it can be written to, and `close` once and last.
 */
export interface ClientSocket {
  /** Octets that were written and not taken yet. */
  readonly writableLength: number
  /** The octets belong to the socket until `written` is called. */
  write(bytes: Uint8Array, written: () => void): unknown
  /** Ends once everything was written. */
  destroySoon(): void
  destroy(): unknown
  on(event: 'connect' | 'secureConnect' | 'close', listener: () => void): unknown
  on(event: 'data', listener: (chunk: Buffer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}
