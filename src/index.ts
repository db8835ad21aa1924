export type { Broker } from './broker.js'
export { BrokerAdmin, type NewUser } from './broker-admin.js'
export type { BrokerOptions, ListenerAddress, ListenerOptions, TlsOptions } from './config/broker-options.js'
export { BrokerError } from './core/errors.js'
export type { BrokerClock } from './embedding/broker-clock.js'
export { type Duration, durationMs } from './embedding/duration.js'
export type { EmbedOptions } from './embedding/embed-options.js'
export {
  EmbeddedBroker,
  type IdleOptions,
  type MessageToPublish,
  type WaitOptions,
} from './embedding/embedded-broker.js'
export type { ConnectionChoice, EndFault, Faults, MessageFault, Occurrence } from './embedding/faults.js'
export { PublishedMessage, type PublishFilter } from './embedding/publish-log.js'
export { QueuedMessage, type QueueView } from './embedding/queue-view.js'
export { SeenMessage } from './embedding/seen-message.js'
export { startBroker } from './embedding/start-broker.js'
export type { BrokerState } from './embedding/state-snapshot.js'
export { type Clock, type ClockTimer, SystemClock } from './util/clock.js'
export { type Logger, type LogLevel, SILENT_LOGGER } from './util/logger.js'
export { VirtualClock } from './util/virtual-clock.js'
