import type { ShardPort } from '../core/shard-port.js'
import type { OutputHub } from './output.js'

/**
 * Which channels have work that is done once per turn: deliveries that were put off, confirms that were collected. A
 * turn is one read of the peer's, or else all that happens between two flushes of the outputs.
 */
export class Turn {
  private readonly hub: OutputHub
  private readonly ports: readonly ShardPort[]
  private readonly endChannelTurn: (channelNumber: number) => void
  private readonly fail: (error: unknown) => void
  private wanted: number[] = []
  private inRead = false
  private scheduled = false
  private readonly onEnd = (): void => {
    this.scheduled = false
    this.end()
  }

  constructor(
    hub: OutputHub,
    ports: readonly ShardPort[],
    endChannelTurn: (channelNumber: number) => void,
    fail: (error: unknown) => void,
  ) {
    this.hub = hub
    this.ports = ports
    this.endChannelTurn = endChannelTurn
    this.fail = fail
  }

  /** True while frames of one read are being handled. */
  get isReading(): boolean {
    return this.inRead
  }

  /** What follows handles so many octets of the peer's. */
  beginRead(octets: number): void {
    this.inRead = true
    this.hub.allowance.countRead(octets)
  }

  /** The frames of a read are handled: does what was put off meanwhile. */
  endRead(): void {
    this.inRead = false
    this.end()
  }

  want(channelNumber: number): void {
    if (!this.wanted.includes(channelNumber)) this.wanted.push(channelNumber)
    if (this.inRead || this.scheduled) return
    this.scheduled = true
    this.hub.atEndOfTurn(this.onEnd)
  }

  /** Forgets what was wanted. */
  clear(): void {
    this.wanted = []
  }

  private end(): void {
    try {
      for (const port of this.ports) port.flush()
      if (this.wanted.length === 0) return
      const wanted = this.wanted
      this.wanted = []
      for (const number of wanted) this.endChannelTurn(number)
    } catch (error) {
      // A fault of ours: this connection ends, the others' outputs are flushed all the same.
      this.fail(error)
    }
  }
}
