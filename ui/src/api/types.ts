/** What the HTTP API answers, as far as the pages read it. The names are RabbitMQ's; every counter may be missing. */

export interface Details {
  readonly rate: number
  readonly samples?: readonly { readonly sample: number; readonly timestamp: number }[]
}

/** `X` beside `X_details`. */
export type Counted<Names extends string> = { readonly [name in Names]?: number } & {
  readonly [name in `${Names}_details`]?: Details
}

export type MessageStats = Counted<
  | 'publish'
  | 'confirm'
  | 'return_unroutable'
  | 'drop_unroutable'
  | 'publish_in'
  | 'publish_out'
  | 'deliver'
  | 'deliver_no_ack'
  | 'get'
  | 'get_no_ack'
  | 'get_empty'
  | 'deliver_get'
  | 'redeliver'
  | 'ack'
  | 'disk_reads'
  | 'disk_writes'
>

export type Lengths = Counted<'messages' | 'messages_ready' | 'messages_unacknowledged'>
export type Arguments = Readonly<Record<string, unknown>>

export interface WhoAmI {
  readonly name: string
  readonly tags: readonly string[]
}

export interface Listener {
  readonly node: string
  readonly protocol: string
  readonly ip_address: string
  readonly port: number
  readonly tls: boolean
}

export interface ExchangeTypeInfo {
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly internal_purpose?: string
}

export interface Overview {
  readonly product_name: string
  readonly product_version: string
  readonly rabbitmq_version: string
  readonly cluster_name: string
  readonly default_queue_type: string
  readonly exchange_types: readonly ExchangeTypeInfo[]
  readonly message_stats: MessageStats
  readonly queue_totals: Lengths
  readonly object_totals: Partial<
    Record<'connections' | 'channels' | 'exchanges' | 'queues' | 'consumers', number>
  >
  readonly churn_rates?: Counted<
    | 'connection_created'
    | 'connection_closed'
    | 'channel_created'
    | 'channel_closed'
    | 'queue_declared'
    | 'queue_created'
    | 'queue_deleted'
  >
  readonly node?: string
  readonly listeners?: readonly Listener[]
  readonly sample_retention_policies?: Readonly<Record<string, readonly number[]>>
}

export interface Node {
  readonly name: string
  readonly running: boolean
  readonly uptime?: number
  readonly processors?: number
  readonly mem_used?: number
  readonly mem_used_details?: Details
  readonly mem_limit?: number
  readonly mem_alarm?: boolean
  readonly disk_free?: number
  readonly disk_free_details?: Details
  readonly disk_free_limit?: number
  readonly disk_free_alarm?: boolean
  readonly fd_used?: number
  readonly fd_total?: number
  readonly sockets_used?: number
  readonly enabled_plugins?: readonly string[]
  readonly applications?: readonly {
    readonly name: string
    readonly description: string
    readonly version: string
  }[]
  readonly auth_mechanisms?: readonly {
    readonly name: string
    readonly description: string
    readonly enabled: boolean
  }[]
  readonly db_dir?: string
  readonly config_files?: readonly string[]
  readonly os_pid?: string
}

export interface Queue extends Lengths {
  readonly name: string
  readonly vhost: string
  readonly type: string
  readonly durable: boolean
  readonly auto_delete: boolean
  readonly exclusive: boolean
  readonly arguments: Arguments
  readonly node?: string
  readonly state?: string
  readonly policy?: string | null
  readonly operator_policy?: string | null
  readonly effective_policy_definition?: Arguments
  readonly consumers?: number
  readonly consumer_capacity?: number
  readonly memory?: number
  readonly message_bytes?: number
  readonly message_bytes_ready?: number
  readonly message_bytes_unacknowledged?: number
  readonly message_bytes_ram?: number
  readonly message_bytes_persistent?: number
  readonly messages_ram?: number
  readonly messages_persistent?: number
  readonly messages_delayed?: number
  readonly message_stats?: MessageStats
  readonly consumer_details?: readonly Consumer[]
  readonly single_active_consumer_tag?: string | null
  readonly exclusive_consumer_tag?: string | null
  readonly owner_pid_details?: { readonly name: string }
  readonly delivery_limit?: number | string
  readonly leader?: string
  readonly members?: readonly string[]
  readonly online?: readonly string[]
}

export interface Exchange {
  readonly name: string
  readonly vhost: string
  readonly type: string
  readonly durable: boolean
  readonly auto_delete: boolean
  readonly internal: boolean
  readonly arguments: Arguments
  readonly policy?: string
  readonly user_who_performed_action?: string
  readonly message_stats?: MessageStats
}

export interface Binding {
  readonly source: string
  readonly vhost: string
  readonly destination: string
  readonly destination_type: 'queue' | 'exchange'
  readonly routing_key: string
  readonly arguments: Arguments
  readonly properties_key: string
}

export interface Connection extends Counted<'recv_oct' | 'send_oct'> {
  readonly name: string
  readonly node: string
  readonly vhost: string
  readonly user: string
  readonly protocol: string
  readonly state?: string
  readonly host: string
  readonly port: number
  readonly peer_host: string
  readonly peer_port: number | string
  readonly connected_at: number
  readonly timeout: number
  readonly frame_max: number
  readonly channel_max: number
  readonly channels?: number
  readonly auth_mechanism: string
  readonly client_properties: Arguments
  readonly user_provided_name?: string
  readonly ssl: boolean
  readonly ssl_protocol?: string | null
  readonly ssl_cipher?: string | null
  readonly peer_cert_subject?: string | null
  readonly recv_cnt?: number
  readonly send_cnt?: number
  readonly send_pend?: number
}

export interface Channel {
  readonly name: string
  readonly number: number
  readonly vhost: string
  readonly user: string
  readonly state: string
  readonly connection_details: {
    readonly name: string
    readonly peer_host: string
    readonly peer_port: number | string
  }
  readonly consumer_count: number
  readonly prefetch_count: number
  readonly global_prefetch_count?: number
  readonly messages_unacknowledged: number
  readonly messages_unconfirmed: number
  readonly messages_uncommitted: number
  readonly acks_uncommitted: number
  readonly confirm: boolean
  readonly transactional: boolean
  readonly idle_since?: string
  readonly message_stats?: MessageStats
  readonly consumer_details?: readonly Consumer[]
}

export interface Consumer {
  readonly arguments: Arguments
  readonly ack_required: boolean
  readonly active: boolean
  readonly activity_status: string
  readonly channel_details: {
    readonly name?: string
    readonly number?: number
    readonly user?: string
    readonly connection_name?: string
    readonly peer_host?: string
    readonly peer_port?: number
  }
  readonly consumer_tag: string
  readonly consumer_timeout: number | string
  readonly exclusive: boolean
  readonly prefetch_count: number
  readonly queue: { readonly name: string; readonly vhost: string }
}

export interface Paged<T> {
  readonly items: readonly T[]
  readonly page: number
  readonly page_count: number
  readonly page_size: number
  readonly total_count: number
  readonly filtered_count: number
}

export interface MessageProperties {
  readonly headers?: Readonly<Record<string, unknown>>
  readonly [name: string]: unknown
}

/** A message that was looked at and left in its queue. */
export interface PeekedMessage {
  readonly position: string
  readonly state: 'ready' | 'unacked' | 'held'
  readonly exchange: string
  readonly routing_key: string
  readonly redelivered: boolean
  readonly age_ms: number | null
  readonly expires_in_ms?: number
  readonly delivery_count?: number
  readonly stream_offset?: number
  readonly properties: MessageProperties | readonly []
  readonly payload: string
  readonly payload_bytes: number
  readonly payload_encoding: 'string' | 'base64'
}

export interface PeekPage {
  readonly messages: readonly PeekedMessage[]
  readonly next_cursor: string | null
  readonly scanned: number
}

export interface TransferResult {
  readonly moved: number
  readonly failed: number
  readonly reason: string | null
}

export interface RouteStep {
  readonly exchange: string
  readonly type: string
  readonly path: readonly string[]
  readonly matched: readonly Binding[]
  readonly unmatched: readonly (Binding & { readonly reason: string })[]
  readonly unmatched_left_out: number
  readonly note?: string
}

export interface RouteExplanation {
  readonly routed: boolean
  readonly queues: readonly {
    readonly name: string
    readonly type: string
    readonly paths: readonly (readonly string[])[]
  }[]
  readonly steps: readonly RouteStep[]
  readonly note: string
}

export interface User {
  readonly name: string
  readonly tags: readonly string[]
  readonly password_hash: string
  readonly limits?: Readonly<Record<string, number>>
}

export interface Permission {
  readonly user: string
  readonly vhost: string
  readonly configure: string
  readonly write: string
  readonly read: string
}

export interface TopicPermission {
  readonly user: string
  readonly vhost: string
  readonly exchange: string
  readonly write: string
  readonly read: string
}

export interface Vhost extends Lengths, Counted<'recv_oct' | 'send_oct'> {
  readonly name: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly default_queue_type?: string
  readonly protected_from_deletion?: boolean
  readonly tracing?: boolean
  readonly message_stats?: MessageStats
}

export interface Policy {
  readonly vhost: string
  readonly name: string
  readonly pattern: string
  readonly 'apply-to': string
  readonly definition: Arguments
  readonly priority: number
}

export interface Parameter {
  readonly vhost: string
  readonly component: string
  readonly name: string
  readonly value: unknown
}

export interface GlobalParameter {
  readonly name: string
  readonly value: unknown
}

export interface VhostLimits {
  readonly vhost: string
  readonly value: Readonly<Record<string, number>>
}

export interface UserLimits {
  readonly user: string
  readonly value: Readonly<Record<string, number>>
}

export interface FeatureFlag {
  readonly name: string
  readonly desc: string
  readonly state: string
  readonly stability: string
  readonly provided_by: string
}

export interface DeprecatedFeature {
  readonly name: string
  readonly desc: string
  readonly state: string
  readonly deprecation_phase: string
}

export interface Definitions {
  readonly [section: string]: unknown
}
