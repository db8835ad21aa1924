import type { SaslExchange, SaslMechanism, SaslStep } from './mechanism.js'
import { utf8Of } from './utf8.js'

/** Octets of field table values that have a fixed size, by type tag. */
const FIXED_SIZES: ReadonlyMap<string, number> = new Map([
  ['t', 1],
  ['b', 1],
  ['B', 1],
  ['s', 2],
  ['u', 2],
  ['I', 4],
  ['i', 4],
  ['f', 4],
  ['D', 5],
  ['l', 8],
  ['L', 8],
  ['d', 8],
  ['T', 8],
  ['V', 0],
])

/** Tags of values that begin with their size in four octets. */
const SIZED_TAGS = 'SxAF'

/** AMQPLAIN: the entries of a field table, without its length, of which `LOGIN` and `PASSWORD` are looked at. */
export class AmqPlainMechanism implements SaslMechanism {
  readonly name = 'AMQPLAIN'

  isOffered(): boolean {
    return true
  }

  start(): SaslExchange {
    return { respond: parseAmqPlain }
  }
}

function parseAmqPlain(response: Buffer): SaslStep {
  const entries = readEntries(response)
  if (entries === undefined) return { error: 'AMQPLAIN response is not a field table' }
  const login = entries.get('LOGIN')
  const password = entries.get('PASSWORD')
  if (login === undefined || password === undefined) {
    return { error: 'AMQPLAIN auth info is missing LOGIN or PASSWORD field' }
  }
  if (!isString(login) || !isString(password)) {
    return { error: 'AMQPLAIN auth info uses unsupported type for LOGIN or PASSWORD field' }
  }
  const username = utf8Of(login.value)
  if (username === undefined) return { error: 'user name in AMQPLAIN response is not UTF-8' }
  return { credentials: { username, password: Buffer.from(password.value) } }
}

interface Entry {
  readonly tag: string
  readonly value: Buffer
}

/** `(name shortstr, tag, value)*`; of entries with the same name the first counts. Undefined when malformed. */
function readEntries(octets: Buffer): ReadonlyMap<string, Entry> | undefined {
  const entries = new Map<string, Entry>()
  let at = 0
  while (at < octets.length) {
    const nameEnd = at + 1 + octets[at]
    // The tag has to be there; a value of no octets may end the table.
    if (nameEnd >= octets.length) return undefined
    const name = octets.toString('latin1', at + 1, nameEnd)
    const tag = octets.toString('latin1', nameEnd, nameEnd + 1)
    let begin = nameEnd + 1
    let size = FIXED_SIZES.get(tag)
    if (size === undefined) {
      if (!SIZED_TAGS.includes(tag) || begin + 4 > octets.length) return undefined
      size = octets.readUInt32BE(begin)
      begin += 4
    }
    at = begin + size
    if (at > octets.length) return undefined
    if (!entries.has(name)) entries.set(name, { tag, value: octets.subarray(begin, at) })
  }
  return entries
}

function isString({ tag }: Entry): boolean {
  return tag === 'S' || tag === 'x'
}
