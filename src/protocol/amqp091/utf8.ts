import { isUtf8 } from 'node:buffer'

/** True when the octets are all below 128, which makes them UTF-8 without a further look. */
export function isAscii(buffer: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (buffer[i] > 127) return false
  }
  return true
}

/** True when the octets are well-formed UTF-8. Allocates only when some are not ASCII. */
export function isText(buffer: Uint8Array, start: number, end: number): boolean {
  return isAscii(buffer, start, end) || isUtf8(buffer.subarray(start, end))
}
