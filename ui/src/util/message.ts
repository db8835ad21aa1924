import type { MessageProperties, PeekedMessage } from '../api/types.js'

export function propertiesOf(message: PeekedMessage): MessageProperties {
  return Array.isArray(message.properties) ? {} : (message.properties as MessageProperties)
}

export function bytesOf({ payload, payload_encoding: encoding }: PeekedMessage): Uint8Array {
  if (encoding === 'string') return new TextEncoder().encode(payload)
  return Uint8Array.from(atob(payload), (character) => character.charCodeAt(0))
}

/** Undefined when the body is not JSON. */
export function jsonOf(message: PeekedMessage): unknown {
  if (message.payload_encoding !== 'string' || !/^\s*[[{"\d-tfn]/.test(message.payload)) return undefined
  try {
    return JSON.parse(message.payload)
  } catch {
    return undefined
  }
}

const HEX_ROW_OCTETS = 16

/** Place, octets and characters, sixteen a line. */
export function hexOf(octets: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < octets.length; at += HEX_ROW_OCTETS) {
    const row = octets.subarray(at, at + HEX_ROW_OCTETS)
    const hex = Array.from(row, (octet) => octet.toString(16).padStart(2, '0')).join(' ')
    const text = Array.from(row, (octet) =>
      octet >= 32 && octet < 127 ? String.fromCharCode(octet) : '.',
    ).join('')
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(HEX_ROW_OCTETS * 3 - 1)}  ${text}`)
  }
  return lines.join('\n')
}

/** One dying of a message, from its `x-death` header. */
export interface Death {
  readonly queue: string
  readonly exchange: string
  readonly reason: string
  readonly routingKeys: readonly string[]
  readonly count: number
  readonly timeMs: number | undefined
}

/** From the newest to the oldest; empty for a message that never died. */
export function deathsOf(properties: MessageProperties): readonly Death[] {
  const deaths = properties.headers?.['x-death']
  if (!Array.isArray(deaths)) return []
  return deaths.filter(isRecord).map((death) => ({
    queue: String(death.queue ?? ''),
    exchange: String(death.exchange ?? ''),
    reason: String(death.reason ?? ''),
    routingKeys: Array.isArray(death['routing-keys']) ? death['routing-keys'].map(String) : [],
    count: typeof death.count === 'number' ? death.count : 1,
    timeMs: typeof death.time === 'number' ? death.time * 1000 : undefined,
  }))
}

const REASONS: Readonly<Record<string, string>> = {
  rejected: 'a consumer rejected it',
  expired: 'its time to live ran out',
  maxlen: 'the queue was full',
  delivery_limit: 'it failed too often',
}

export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason
}

export function download(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
