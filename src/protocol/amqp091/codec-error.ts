import type { ReplyName } from './reply-codes.js'

/** Bytes of a peer that do not decode. Ends the connection with `<reply> - <explanation>`. */
export class CodecError extends Error {
  override readonly name = 'CodecError'
  readonly reply: ReplyName
  /** The reply text without the code's name. May be longer than a short string holds; the writer cuts it. */
  readonly explanation: string

  constructor(explanation: string, reply: ReplyName = 'FRAME_ERROR') {
    super(`${reply} - ${explanation}`)
    this.reply = reply
    this.explanation = explanation
  }
}

// A reply text holds 255 octets and the shortest octet prints as two characters, so what is shown beyond this is
// lost anyway, and a peer cannot make us print megabytes.
const SHOWN_OCTETS_MAX = 128

/** RabbitMQ's refusal of octets that are not what their place asks for: `cannot decode <<1,2,3>>`. */
export function cannotDecode(buffer: Uint8Array, start: number, end: number): CodecError {
  const shown = Array.from(buffer.subarray(start, Math.min(end, start + SHOWN_OCTETS_MAX)))
  const rest = end - start > SHOWN_OCTETS_MAX ? ',...' : ''
  return new CodecError(`cannot decode <<${shown.join(',')}${rest}>>`)
}

/** Refusal of a name that is not text. */
export function malformedUtf8(): CodecError {
  return new CodecError('Malformed UTF-8 in shortstr')
}
