import type { SaslExchange, SaslMechanism, SaslStep } from './mechanism.js'
import { utf8Of } from './utf8.js'

const NUL = 0

/**
 * PLAIN (RFC 4616): `NUL user NUL password`. As RabbitMQ has it, the authorisation identity before the first NUL has to
 * be empty and nothing may follow the password.
 */
export class PlainMechanism implements SaslMechanism {
  readonly name = 'PLAIN'

  isOffered(): boolean {
    return true
  }

  start(): SaslExchange {
    return { respond: parsePlain }
  }
}

function parsePlain(response: Buffer): SaslStep {
  const userEnd = response.indexOf(NUL, 1)
  if (response[0] !== NUL || userEnd < 0) return { error: 'PLAIN response is not NUL user NUL password' }
  if (response.indexOf(NUL, userEnd + 1) >= 0) return { error: 'PLAIN response goes on after the password' }
  const username = utf8Of(response.subarray(1, userEnd))
  if (username === undefined) return { error: 'user name in PLAIN response is not UTF-8' }
  // A copy: the response lies in a buffer of the socket that will be written over.
  return { credentials: { username, password: Buffer.from(response.subarray(userEnd + 1)) } }
}
