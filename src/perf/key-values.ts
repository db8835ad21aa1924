import type { PublishProperties } from '../client/index.js'
import { UsageError } from './usage-error.js'

/** Values as a person writes them: whole numbers and true or false are taken for what they look like. */
export type KeyValues = Readonly<Record<string, string | number | boolean>>

/** Reads `x-max-length=10,x-overflow=reject-publish`. Throws a {@link UsageError} that names the flag. */
export function parseKeyValues(flag: string, text: string | undefined): KeyValues {
  if (text === undefined || text === '') return {}
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const equals = pair.indexOf('=')
      if (equals < 1) throw new UsageError(`--${flag} is KEY=VALUE,KEY=VALUE, not ${text}`)
      return [pair.slice(0, equals), scalarFrom(pair.slice(equals + 1))]
    }),
  )
}

const TEXT_PROPERTIES = [
  'contentType',
  'contentEncoding',
  'correlationId',
  'replyTo',
  'expiration',
  'messageId',
  'type',
  'userId',
  'appId',
  'clusterId',
]
const NUMBER_PROPERTIES = ['priority', 'deliveryMode', 'timestamp']

/** Message properties by their names (`contentType`, `priority`); what is no property becomes a header. */
export function propertiesFrom(values: KeyValues): PublishProperties {
  const properties: Record<string, unknown> = {}
  const headers: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    if (TEXT_PROPERTIES.includes(name)) properties[name] = String(value)
    else if (!NUMBER_PROPERTIES.includes(name)) headers[name] = value
    else if (typeof value === 'number') properties[name] = value
    else throw new UsageError(`--message-properties: ${name} is a number, not ${value}`)
  }
  return { ...properties, ...(Object.keys(headers).length === 0 ? {} : { headers }) }
}

function scalarFrom(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text
}
