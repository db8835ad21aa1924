/** Plugins of RabbitMQ whose features every node has, under the names that scripts ask for. */
export const BUILT_IN_PLUGINS: readonly string[] = [
  'rabbitmq_consistent_hash_exchange',
  'rabbitmq_management',
  'rabbitmq_management_agent',
  'rabbitmq_prometheus',
  'rabbitmq_random_exchange',
  'rabbitmq_tracing',
  'rabbitmq_web_dispatch',
]

/** Plugins whose feature is a setting here: how it is turned on. */
export const PLUGIN_SETTINGS: Readonly<Record<string, string>> = {
  rabbitmq_event_exchange: 'event_exchange = true',
  rabbitmq_auth_mechanism_ssl: 'auth_mechanisms.1 = EXTERNAL',
}
