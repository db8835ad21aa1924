/** Addresses that a proxy passes on in a PROXY protocol header. */
export interface ProxiedAddresses {
  readonly host: string
  readonly port: number
  readonly localHost: string
  readonly localPort: number
}

/** A parsed header: where it ends, and whom it names; undefined for `UNKNOWN` and for the proxy's own health checks. */
export interface ProxyHeader {
  readonly end: number
  readonly addresses: ProxiedAddresses | undefined
}

/** The peer's octets are no PROXY protocol header. */
export class ProxyHeaderError extends Error {
  override readonly name = 'ProxyHeaderError'
}

/** The longest header of version 1 with its line end, by the protocol's definition. */
const V1_BYTES_MAX = 107
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const V2_FIXED_BYTES = 16
/** Addresses and extensions of a version 2 header; a longer one is refused. */
const V2_REST_BYTES_MAX = 4096

/** No header that is accepted is longer. */
export const PROXY_HEADER_BYTES_MAX = V2_FIXED_BYTES + V2_REST_BYTES_MAX

/**
 * Reads a PROXY protocol header, version 1 or 2, at the beginning of `octets`. Returns undefined while it is
 * incomplete; throws {@link ProxyHeaderError} as soon as it cannot become one.
 */
export function parseProxyHeader(octets: Buffer): ProxyHeader | undefined {
  if (octets.length === 0) return undefined
  return octets[0] === V2_SIGNATURE[0] ? parseV2(octets) : parseV1(octets)
}

function parseV1(octets: Buffer): ProxyHeader | undefined {
  const prefix = octets.toString('latin1', 0, Math.min(6, octets.length))
  if (!'PROXY '.startsWith(prefix)) throw new ProxyHeaderError('no PROXY protocol header')
  const lineEnd = octets.subarray(0, V1_BYTES_MAX).indexOf('\r\n')
  if (lineEnd < 0) {
    if (octets.length >= V1_BYTES_MAX) throw new ProxyHeaderError('PROXY protocol header without an end')
    return undefined
  }
  const end = lineEnd + 2
  const line = octets.toString('latin1', 0, lineEnd)
  const words = line.split(' ')
  if (words[1] === 'UNKNOWN') return { end, addresses: undefined }
  const [, family, host, localHost, port, localPort] = words
  if ((family !== 'TCP4' && family !== 'TCP6') || words.length !== 6) {
    throw new ProxyHeaderError(`malformed PROXY protocol header '${line}'`)
  }
  const addresses = { host: host!, port: portOf(port!), localHost: localHost!, localPort: portOf(localPort!) }
  const ip = family === 'TCP4' ? IPV4 : IPV6
  if (!ip.test(addresses.host) || !ip.test(addresses.localHost)) {
    throw new ProxyHeaderError(`malformed PROXY protocol header '${line}'`)
  }
  return { end, addresses }
}

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/
const IPV6 = /^[0-9a-fA-F:.]{2,45}$/

function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new ProxyHeaderError(`PROXY protocol header with port '${text}'`)
  }
  return Number(text)
}

/**
 * Picture of the bytes:
 *
 *     signature 12, version and command u8, family and transport u8, rest u16,
 *     source address, destination address, source port u16, destination port u16, extensions
 */
function parseV2(octets: Buffer): ProxyHeader | undefined {
  const known = Math.min(octets.length, V2_SIGNATURE.length)
  if (V2_SIGNATURE.compare(octets, 0, known, 0, known) !== 0) {
    throw new ProxyHeaderError('no PROXY protocol header')
  }
  if (octets.length < V2_FIXED_BYTES) return undefined
  const version = octets[12]! >> 4
  const command = octets[12]! & 0x0f
  if (version !== 2 || command > 1) throw new ProxyHeaderError(`PROXY protocol command ${octets[12]}`)
  const rest = octets.readUInt16BE(14)
  if (rest > V2_REST_BYTES_MAX) throw new ProxyHeaderError(`PROXY protocol header of ${rest} octets`)
  const end = V2_FIXED_BYTES + rest
  if (octets.length < end) return undefined
  const isLocal = command === 0
  return { end, addresses: isLocal ? undefined : v2Addresses(octets, rest) }
}

function v2Addresses(octets: Buffer, rest: number): ProxiedAddresses | undefined {
  const family = octets[13]! >> 4
  const size = family === 1 ? 4 : family === 2 ? 16 : 0
  // Unix domain sockets and unspecified peers keep the address of the proxy itself.
  if (size === 0) return undefined
  if (rest < size * 2 + 4) throw new ProxyHeaderError('PROXY protocol header without its addresses')
  const at = V2_FIXED_BYTES
  return {
    host: ipText(octets.subarray(at, at + size)),
    localHost: ipText(octets.subarray(at + size, at + size * 2)),
    port: octets.readUInt16BE(at + size * 2),
    localPort: octets.readUInt16BE(at + size * 2 + 2),
  }
}

function ipText(octets: Buffer): string {
  if (octets.length === 4) return octets.join('.')
  const groups: string[] = []
  for (let at = 0; at < 16; at += 2) groups.push(octets.readUInt16BE(at).toString(16))
  // The URL parser knows the canonical short form.
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}
