import type { Route } from '../http/route.js'
import { BINDING_ROUTES } from './bindings.js'
import { DEFINITION_ROUTES } from './definitions.js'
import { EVENT_LINE_ROUTES } from './event-lines.js'
import { EVENT_ROUTES } from './events.js'
import { EXCHANGE_ROUTES } from './exchanges.js'
import { FEATURE_ROUTES } from './features.js'
import { HEALTH_ROUTES } from './health.js'
import { IDENTITY_ROUTES } from './identity.js'
import { LIMIT_ROUTES } from './limits.js'
import { LINK_ROUTES } from './links.js'
import { MAINTENANCE_ROUTES } from './maintenance.js'
import { MESSAGE_ROUTES } from './messages.js'
import { NODE_ROUTES } from './node.js'
import { NODE_CONTROL_ROUTES } from './node-control.js'
import { PARAMETER_ROUTES } from './parameters.js'
import { PEER_ROUTES } from './peers.js'
import { PERMISSION_ROUTES } from './permissions.js'
import { POLICY_ROUTES } from './policies.js'
import { PUBLISHING_ROUTES } from './publishing.js'
import { QUEUE_ROUTES } from './queues.js'
import { ROUTE_EXPLANATION_ROUTES } from './route-explanation.js'
import { STATISTICS_ROUTES } from './statistics.js'
import { STREAM_ROUTES } from './streams.js'
import { TRACE_ROUTES } from './traces.js'
import { TRANSFER_ROUTES } from './transfer.js'
import { USER_ROUTES } from './users.js'
import { VHOST_ROUTES } from './vhosts.js'

/** The routes of the API, but for login and descriptions, which depend on the server they are of. */
export const ROUTES: readonly Route[] = [
  ...IDENTITY_ROUTES,
  ...NODE_ROUTES,
  ...NODE_CONTROL_ROUTES,
  ...MAINTENANCE_ROUTES,
  ...VHOST_ROUTES,
  ...USER_ROUTES,
  ...PERMISSION_ROUTES,
  ...POLICY_ROUTES,
  ...PARAMETER_ROUTES,
  ...LIMIT_ROUTES,
  ...EXCHANGE_ROUTES,
  ...QUEUE_ROUTES,
  ...BINDING_ROUTES,
  ...PUBLISHING_ROUTES,
  ...MESSAGE_ROUTES,
  ...PEER_ROUTES,
  ...STREAM_ROUTES,
  ...DEFINITION_ROUTES,
  ...HEALTH_ROUTES,
  ...STATISTICS_ROUTES,
  ...FEATURE_ROUTES,
  ...LINK_ROUTES,
  ...ROUTE_EXPLANATION_ROUTES,
  ...TRANSFER_ROUTES,
  ...TRACE_ROUTES,
  ...EVENT_ROUTES,
  ...EVENT_LINE_ROUTES,
]
