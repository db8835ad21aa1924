import { PROXY_HEADER_BYTES_MAX, ProxyHeaderError, parseProxyHeader } from './proxy-protocol.js'
import type { PeerAddress } from './transport.js'

/** What the octets before the first frame lead to. */
export interface PreambleHost {
  peer: PeerAddress
  readonly name: string
  readonly logger: { debug(message: string): void; warning(message: string): void }
  start(): void
  refuseProtocol(answer: Buffer): void
  drop(): void
}

const HEADER_BYTES = 8

/** Answers to a header that is not ours: what we would have understood, or what RabbitMQ says to strangers. */
const AMQP_091 = Buffer.from('AMQP\0\0\x09\x01', 'latin1')
const AMQP_10_SASL = Buffer.from('AMQP\x03\x01\0\0', 'latin1')

/** The octets before the first frame: a PROXY protocol header where one is due, then the protocol header. */
export class Preamble {
  done = false
  private readonly host: PreambleHost
  private expectsProxy: boolean
  private octets: Buffer = Buffer.alloc(0)

  constructor(host: PreambleHost, expectsProxy: boolean) {
    this.host = host
    this.expectsProxy = expectsProxy
  }

  /** Takes octets as they arrive; returns the offset of the first that belongs to a frame. */
  take(buffer: Buffer, start: number, end: number): number {
    const before = this.octets.length
    // A header is short; what lies behind it in the same read is not copied but for a little.
    const upTo = Math.min(end, start + PROXY_HEADER_BYTES_MAX + HEADER_BYTES - before)
    let octets = Buffer.concat([this.octets, buffer.subarray(start, upTo)])
    let used = 0
    if (this.expectsProxy) {
      const header = this.proxyHeader(octets)
      if (header === undefined) {
        this.octets = octets
        return end
      }
      this.expectsProxy = false
      used = header
      octets = octets.subarray(used)
    }
    if (octets.length < HEADER_BYTES) {
      this.octets = Buffer.from(octets)
      return end
    }
    this.done = true
    this.octets = octets.subarray(0, 0)
    this.protocolHeader(octets)
    return start + used + HEADER_BYTES - before
  }

  /** Where the PROXY header ends; undefined while it is incomplete, and when it is none and the socket is dropped. */
  private proxyHeader(octets: Buffer): number | undefined {
    try {
      const header = parseProxyHeader(octets)
      if (header?.addresses !== undefined) {
        const { addresses } = header
        this.host.peer = { ...this.host.peer, ...addresses }
      }
      return header?.end
    } catch (error) {
      if (!(error instanceof ProxyHeaderError)) throw error
      this.host.logger.warning(`closing connection ${this.host.name}: ${error.message}`)
      this.host.drop()
      return undefined
    }
  }

  private protocolHeader(octets: Buffer): void {
    const isAmqp = octets.toString('latin1', 0, 4) === 'AMQP'
    const version = octets.subarray(4, HEADER_BYTES).join(' ')
    if (isAmqp && (version === '0 0 9 1' || version === '1 1 0 9')) {
      this.host.start()
      return
    }
    const heard = isAmqp ? `AMQP ${version}` : strangerName(octets)
    this.host.logger.warning(`closing connection ${this.host.name}: it speaks ${heard}`)
    const isOldMinor = isAmqp && version.startsWith('0 0 9')
    // AMQP 1.0 is not spoken here: its clients are told what is.
    const isAmqp10 = isAmqp && version.endsWith('1 0 0')
    this.host.refuseProtocol(isOldMinor || isAmqp10 ? AMQP_091 : AMQP_10_SASL)
  }
}

function strangerName(octets: Buffer): string {
  if (/^(GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH) /.test(octets.toString('latin1'))) return 'HTTP'
  if (octets[0] === 0x16 && octets[1] === 3) return 'TLS'
  return 'an unknown protocol'
}
