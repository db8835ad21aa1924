import type { Vhost } from '../../core/topology/vhost.js'
import type { JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'

export function vhostView(services: ManagementServices, vhost: Vhost, query: URLSearchParams): JsonObject {
  const { description, tags, protectedFromDeletion } = vhost.metadata
  return {
    cluster_state: { [services.node.name]: 'running' },
    default_queue_type: defaultQueueType(services, vhost),
    description,
    metadata: vhostMetadataView(services, vhost),
    name: vhost.name,
    protected_from_deletion: protectedFromDeletion,
    tags,
    tracing: vhost.tracing,
    ...services.statistics?.vhost(vhost, query),
  }
}

/** What definitions carry of a vhost. */
export function vhostMetadataView(services: ManagementServices, vhost: Vhost): JsonObject {
  const { description, tags, protectedFromDeletion } = vhost.metadata
  return {
    description,
    tags,
    default_queue_type: defaultQueueType(services, vhost),
    ...(protectedFromDeletion ? { protected_from_deletion: true } : {}),
  }
}

function defaultQueueType({ node }: ManagementServices, vhost: Vhost): string {
  return vhost.metadata.defaultQueueType ?? node.defaultQueueType
}
