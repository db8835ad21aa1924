import { limitsObject } from '../../core/doors/parameter-doors.js'
import { tableToPlain } from '../../core/field-table.js'
import type { Binding } from '../../core/topology/binding.js'
import { isPredeclared } from '../../core/topology/predeclared-exchanges.js'
import type { Vhost } from '../../core/topology/vhost.js'
import { clusterNameOf } from '../cluster-name.js'
import type { JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'
import { parametersOf, parameterView } from '../views/parameter-view.js'
import { policyView } from '../views/policy-view.js'
import { permissionView, topicPermissionView, userView } from '../views/user-view.js'
import { vhostMetadataView } from '../views/vhost-view.js'

/** Definitions of the whole cluster, as RabbitMQ writes them. */
export function exportAll(services: ManagementServices): JsonObject {
  const { doors, users } = services
  const vhosts = [...doors.topology.vhosts.values()]
  return {
    ...heading(services),
    rabbitmq_definition_format: 'cluster',
    original_cluster_name: clusterNameOf(services),
    explanation: `Definitions of cluster '${clusterNameOf(services)}'`,
    users: [...users.directory.users()].map(userView),
    vhosts: vhosts.map((vhost) => ({
      name: vhost.name,
      metadata: vhostMetadataView(services, vhost),
      limits: limitsObject(vhost.limits),
    })),
    permissions: [...users.directory.permissions()].map(permissionView),
    topic_permissions: [...users.directory.topicPermissions()].map(topicPermissionView),
    parameters: vhosts.flatMap(exportedParameters),
    global_parameters: [...doors.topology.globalParameters].map(([name, value]) => ({ name, value })),
    policies: vhosts.flatMap((vhost) =>
      [...vhost.policies.values()].map((each) => policyView(vhost.name, each)),
    ),
    queues: vhosts.flatMap(exportedQueues),
    exchanges: vhosts.flatMap(exportedExchanges),
    bindings: vhosts.flatMap(exportedBindings),
  }
}

/** Definitions of one vhost; entries do not say which, so that they can be imported into another. */
export function exportVhost(services: ManagementServices, vhost: Vhost): JsonObject {
  return {
    ...heading(services),
    rabbitmq_definition_format: 'single_virtual_host',
    original_vhost_name: vhost.name,
    explanation: `Definitions of virtual host '${vhost.name}'`,
    metadata: vhostMetadataView(services, vhost),
    description: vhost.metadata.description,
    limits: limitsObject(vhost.limits),
    parameters: exportedParameters(vhost).map(withoutVhost),
    policies: [...vhost.policies.values()].map((each) => withoutVhost(policyView(vhost.name, each))),
    queues: exportedQueues(vhost).map(withoutVhost),
    exchanges: exportedExchanges(vhost).map(withoutVhost),
    bindings: exportedBindings(vhost).map(withoutVhost),
  }
}

function heading({ node }: ManagementServices): JsonObject {
  return {
    rabbit_version: node.rabbitmqVersion,
    rabbitmq_version: node.rabbitmqVersion,
    product_name: node.productName,
    product_version: node.productVersion,
  }
}

/** Limits are in the vhosts. */
function exportedParameters(vhost: Vhost): JsonObject[] {
  return [...parametersOf(vhost)].filter(({ component }) => component !== 'vhost-limits').map(parameterView)
}

function exportedQueues(vhost: Vhost): JsonObject[] {
  return [...vhost.queues.values()]
    .filter(({ exclusive }) => !exclusive)
    .map(({ name, durable, autoDelete, type, arguments: args }) => ({
      name,
      vhost: vhost.name,
      durable,
      auto_delete: autoDelete,
      type,
      arguments: tableToPlain(args),
    }))
}

function exportedExchanges(vhost: Vhost): JsonObject[] {
  return [...vhost.exchanges.values()]
    .filter((exchange) => !isPredeclared(exchange) && !exchange.name.startsWith('amq.') && !exchange.internal)
    .map(({ name, type, durable, autoDelete, arguments: args }) => ({
      name,
      vhost: vhost.name,
      type,
      durable,
      auto_delete: autoDelete,
      arguments: tableToPlain(args),
    }))
}

/** Not those at either end of something that is left out: they could not be imported. */
function exportedBindings(vhost: Vhost): JsonObject[] {
  const isExported = (binding: Binding): boolean => {
    const { source, destination } = binding
    if (source.internal) return false
    return destination.kind === 'queue' ? !destination.exclusive : !destination.internal
  }
  return [...vhost.bindings()].filter(isExported).map((binding) => ({
    source: binding.source.name,
    vhost: vhost.name,
    destination: binding.destination.name,
    destination_type: binding.destination.kind,
    routing_key: binding.routingKey,
    arguments: tableToPlain(binding.arguments),
  }))
}

function withoutVhost({ vhost: _, ...rest }: JsonObject): JsonObject {
  return rest
}
