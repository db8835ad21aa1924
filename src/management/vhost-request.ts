import { QUEUE_TYPES, type QueueType } from '../core/queue/settings.js'
import type { VhostMetadata } from '../core/topology/vhost.js'
import { booleanIn, objectIn, textIn, wordsIn } from './http/body.js'
import { badRequest } from './http/http-error.js'
import type { JsonObject } from './json.js'

/** What a body, or the metadata of a definitions file, says of a vhost. What it leaves out is cleared, as in RabbitMQ. */
export function metadataFrom(body: JsonObject): Partial<VhostMetadata> {
  const nested = objectIn(body, 'metadata')
  const all = { ...nested, ...body }
  const isProtected = all.protected_from_deletion
  return {
    description: textIn(all, 'description', ''),
    tags: wordsIn(all.tags),
    defaultQueueType: queueTypeFrom(all.default_queue_type ?? all.defaultqueuetype),
    ...(isProtected === undefined
      ? {}
      : { protectedFromDeletion: booleanIn(all, 'protected_from_deletion', false) }),
  }
}

function queueTypeFrom(value: JsonObject[string]): QueueType | undefined {
  if (value === undefined || value === null || value === '' || value === 'undefined') return undefined
  const type = QUEUE_TYPES.find((known) => known === value || `rabbit_${known}_queue` === value)
  if (type === undefined) {
    throw badRequest(`${typeof value === 'string' ? value : JSON.stringify(value)} is not a valid queue type`)
  }
  return type
}
