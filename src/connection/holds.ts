import type { Transport } from './transport.js'

/** Reasons for not handling a peer's frames for a while. */
export const Hold = {
  /** A change must be durable before what follows it is looked at. */
  DURABLE: 1,
  /** The peer publishes while resources are low. */
  ALARM: 2,
  /** The peer does not read what it is sent. */
  CONGESTED: 4,
  /** Somebody is asked whether the peer's credentials are good. */
  AUTHENTICATION: 8,
  /** The shard has more to write than it should. */
  BACKLOG: 16,
} as const
export type Hold = (typeof Hold)[keyof typeof Hold]

/** Why a connection is not read, if it is not. While any reason holds, the socket is paused. */
export class Holds {
  /** True while there is a reason. */
  active = false
  private reasons = 0
  private readonly transport: Transport
  private readonly onReleased: () => void

  /** `onReleased` is called when the last reason has gone and the socket is read again. */
  constructor(transport: Transport, onReleased: () => void) {
    this.transport = transport
    this.onReleased = onReleased
  }

  has(reason: Hold): boolean {
    return (this.reasons & reason) !== 0
  }

  add(reason: Hold): void {
    this.reasons |= reason
    if (this.active) return
    this.active = true
    this.transport.pause()
  }

  remove(reason: Hold): void {
    this.reasons &= ~reason
    if (this.reasons === 0) this.release()
  }

  /** All reasons are gone. */
  clear(): void {
    this.reasons = 0
    this.release()
  }

  private release(): void {
    if (!this.active) return
    this.active = false
    this.transport.resume()
    this.onReleased()
  }
}
