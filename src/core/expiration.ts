import { BrokerError } from '../core/errors.js'

/** Longest time to live that RabbitMQ takes: ten years, in milliseconds. */
const EXPIRATION_MAX_MS = 315_360_000_000

/**
 * The `expiration` property in milliseconds, as Erlang's string:to_integer reads it: an optional sign and digits, and
 * nothing after. Throws PRECONDITION_FAILED in RabbitMQ's words.
 */
export function parseExpiration(text: string): number {
  const digits = /^[+-]?[0-9]+/.exec(text)
  if (digits === null) throw invalid(text, 'no_integer')
  const rest = text.slice(digits[0].length)
  if (rest !== '') throw invalid(text, `{leftover_string,"${rest}"}`)
  const value = BigInt(digits[0].replace('+', ''))
  if (value > EXPIRATION_MAX_MS) throw invalid(text, `{value_too_large,${value}}`)
  if (value < 0n) throw invalid(text, `{value_negative,${value}}`)
  return Number(value)
}

function invalid(text: string, reason: string): BrokerError {
  return new BrokerError('PRECONDITION_FAILED', `invalid expiration '${text}': ${reason}`)
}
