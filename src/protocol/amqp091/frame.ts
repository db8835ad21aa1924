import { isUtf8 } from 'node:buffer'
import type { ByteWriter } from './byte-writer.js'
import { type BasicProperties, encodeProperties } from './properties.js'
import { BASIC_CLASS_ID } from './spec.js'

// A frame: type u8, channel u16, payload size u32, payload, end octet.

export const FRAME_METHOD = 1
export const FRAME_HEADER = 2
export const FRAME_BODY = 3
export const FRAME_HEARTBEAT = 8

/** The octet after every payload. */
export const FRAME_END = 0xce

/** Octets before a payload. */
export const FRAME_HEADER_SIZE = 7

/** Octets of a frame beyond its payload: the frame header and the end octet. */
export const FRAME_OVERHEAD = 8

/** The least frame_max that a peer may ask for, and the limit before tune-ok. In octets, overhead included. */
export const FRAME_MIN_SIZE = 8192

/** The frame_max offered unless configured otherwise. In octets, overhead included. */
export const FRAME_MAX_DEFAULT = 131072

/** Octets of a content header's payload before the property flags: class u16, weight u16, body size u64. */
export const CONTENT_HEADER_SIZE = 12

/** What a client sends first: `AMQP` 0 0 9 1. */
export const PROTOCOL_HEADER = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1])

/** A whole heartbeat frame. */
export const HEARTBEAT_FRAME = Buffer.from([FRAME_HEARTBEAT, 0, 0, 0, 0, 0, 0, FRAME_END])

/** Writes a whole content header frame for a body of `bodySize` octets. */
export function encodeContentHeader(
  writer: ByteWriter,
  channel: number,
  bodySize: number,
  properties: BasicProperties,
): void {
  const start = writer.beginFrame(FRAME_HEADER, channel)
  writer.u32(BASIC_CLASS_ID << 16)
  writer.u64(bodySize)
  encodeProperties(writer, properties)
  writer.endFrame(start)
}

/** Writes the body frames of a body, none when it is empty. A `frameMax` of 0 is no limit. */
export function encodeBody(writer: ByteWriter, channel: number, body: Uint8Array, frameMax: number): void {
  const chunk = frameMax === 0 ? body.length : frameMax - FRAME_OVERHEAD
  for (let at = 0; at < body.length; at += chunk) {
    const start = writer.beginFrame(FRAME_BODY, channel)
    writer.bytes(body, at, Math.min(at + chunk, body.length))
    writer.endFrame(start)
  }
}

const SNIPPET_OCTETS = 16

/**
 * A payload as RabbitMQ's frame errors show it: `all octets = <<1,2,3>>`, or for more than 16 of them
 * `first 16 octets = <<...>>`.
 */
export function describeOctets(buffer: Buffer, start: number, end: number): string {
  return end - start <= SNIPPET_OCTETS
    ? `all octets = ${describeBinary(buffer, start, end)}`
    : `first ${SNIPPET_OCTETS} octets = ${describeBinary(buffer, start, start + SNIPPET_OCTETS)}`
}

/**
 * A binary as Erlang's `~tp` prints it: a string where all of it is printable (as UTF-8 if it is that, as Latin-1
 * otherwise), else numbers.
 */
export function describeBinary(buffer: Buffer, start: number, end: number): string {
  const octets = buffer.subarray(start, end)
  if (octets.length === 0) return '<<>>'
  const asText = isUtf8(octets)
  const text = octets.toString(asText ? 'utf8' : 'latin1')
  let printed = ''
  for (const character of text) {
    const shown = ESCAPES[character] ?? character
    if (shown === character && !isPrintable(character.codePointAt(0) ?? 0)) return `<<${octets.join(',')}>>`
    printed += shown
  }
  const wide = asText && text.length !== octets.length
  return `<<"${printed}"${wide ? '/utf8' : ''}>>`
}

/** Erlang's default printable range is Latin-1 without control characters; {@link ESCAPES} are printable too. */
function isPrintable(code: number): boolean {
  return (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xff)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
}
