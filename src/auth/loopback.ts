/** Users who may only log in from the broker's own machine, by default. */
export const DEFAULT_LOOPBACK_USERS: readonly string[] = ['guest']

/**
 * True for an address of the machine itself: 127.0.0.0/8, also mapped into IPv6, and ::1. Undefined stands for a unix
 * socket. Spellings that a socket does not use count as remote, which is the safe side.
 */
export function isLoopback(peerAddress: string | undefined): boolean {
  if (peerAddress === undefined) return true
  return peerAddress === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(peerAddress)
}
