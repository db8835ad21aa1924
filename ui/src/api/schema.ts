/**
 * What the HTTP API takes and gives. Made from its OpenAPI document by scripts/generate-api-types.ts; edit that, or the
 * routes in src/management/.
 */
// biome-ignore-all format: generated

export type WhoAmI = {
  readonly name: string
  readonly tags: readonly string[]
  readonly is_internal_user: boolean
}

export type Error = {
  readonly error: string
  readonly reason: string | readonly unknown[]
}

export type Permission = {
  readonly user: string
  readonly vhost: string
  readonly configure: string
  readonly write: string
  readonly read: string
}

export type Details = {
  readonly rate: number
  readonly samples?: readonly {
    readonly sample: number
    readonly timestamp: number
  }[]
  readonly avg?: number
  readonly avg_rate?: number
}

export type MessageStats = {
  readonly publish?: number
  readonly confirm?: number
  readonly return_unroutable?: number
  readonly drop_unroutable?: number
  readonly deliver?: number
  readonly deliver_no_ack?: number
  readonly get?: number
  readonly get_no_ack?: number
  readonly get_empty?: number
  readonly deliver_get?: number
  readonly redeliver?: number
  readonly ack?: number
  readonly disk_reads?: number
  readonly disk_writes?: number
  readonly publish_details?: Details
  readonly confirm_details?: Details
  readonly return_unroutable_details?: Details
  readonly drop_unroutable_details?: Details
  readonly deliver_details?: Details
  readonly deliver_no_ack_details?: Details
  readonly get_details?: Details
  readonly get_no_ack_details?: Details
  readonly get_empty_details?: Details
  readonly deliver_get_details?: Details
  readonly redeliver_details?: Details
  readonly ack_details?: Details
  readonly disk_reads_details?: Details
  readonly disk_writes_details?: Details
}

export type Overview = {
  readonly cluster_name: string
  readonly management_version: string
  readonly rabbitmq_version: string
  readonly product_name: string
  readonly product_version: string
  readonly erlang_version: string
  readonly erlang_full_version: string
  readonly crypto_lib_version: string
  readonly disable_stats: boolean
  readonly enable_queue_totals: boolean
  readonly is_op_policy_updating_enabled: boolean
  readonly require_definition_json_extension: boolean
  readonly cluster_tags: { readonly [name: string]: unknown }
  readonly node_tags: { readonly [name: string]: unknown }
  readonly default_queue_type: 'classic' | 'quorum' | 'stream'
  readonly exchange_types: readonly {
    readonly name: string
    readonly description: string
    readonly enabled: boolean
    readonly internal_purpose?: string
  }[]
  readonly message_stats: MessageStats
  readonly object_totals: {
    readonly connections: number
    readonly channels: number
    readonly exchanges: number
    readonly queues: number
    readonly consumers?: number
  }
  readonly queue_totals: {
    readonly messages?: number
    readonly messages_ready?: number
    readonly messages_unacknowledged?: number
    readonly messages_details?: Details
    readonly messages_ready_details?: Details
    readonly messages_unacknowledged_details?: Details
  }
  readonly rates_mode: 'basic' | 'detailed' | 'none'
  readonly sample_retention_policies: {
    readonly global: readonly number[]
    readonly basic: readonly number[]
    readonly detailed: readonly number[]
  }
  readonly statistics_db_event_queue: number
  readonly churn_rates?: {
    readonly connection_created?: number
    readonly connection_closed?: number
    readonly channel_created?: number
    readonly channel_closed?: number
    readonly queue_declared?: number
    readonly queue_created?: number
    readonly queue_deleted?: number
    readonly connection_created_details?: Details
    readonly connection_closed_details?: Details
    readonly channel_created_details?: Details
    readonly channel_closed_details?: Details
    readonly queue_declared_details?: Details
    readonly queue_created_details?: Details
    readonly queue_deleted_details?: Details
  }
  readonly contexts?: readonly {
    readonly node: string
    readonly description: string
    readonly path: string
    readonly ip: string
    readonly port: string
    readonly cowboy_opts: string
    readonly ssl_opts: readonly unknown[]
  }[]
  readonly listeners?: readonly {
    readonly node: string
    readonly protocol: string
    readonly ip_address: string
    readonly port: number
    readonly socket_opts: readonly unknown[] | { readonly [name: string]: unknown }
    readonly tls: boolean
  }[]
  readonly node?: string
}

export type Node = {
  readonly name: string
  readonly type: string
  readonly os_pid: string
  readonly mem_calculation_strategy: string
  readonly db_dir: string
  readonly rabbitmq_version: string
  readonly erlang_version: string
  readonly erlang_full_version: string
  readonly crypto_lib_version: string
  readonly running: boolean
  readonly being_drained: boolean
  readonly mem_alarm: boolean
  readonly disk_free_alarm: boolean
  readonly uptime: number
  readonly run_queue: number
  readonly processors: number
  readonly net_ticktime: number
  readonly fd_total: number
  readonly sockets_total: number
  readonly proc_total: number
  readonly mem_limit: number
  readonly disk_free_limit: number
  readonly partitions: readonly string[]
  readonly enabled_plugins: readonly string[]
  readonly log_files: readonly string[]
  readonly config_files: readonly string[]
  readonly rates_mode: 'basic' | 'detailed' | 'none'
  readonly exchange_types: readonly {
    readonly name: string
    readonly description: string
    readonly enabled: boolean
    readonly internal_purpose?: string
  }[]
  readonly auth_mechanisms: readonly {
    readonly name: string
    readonly description: string
    readonly enabled: boolean
  }[]
  readonly applications: readonly {
    readonly name: string
    readonly description: string
    readonly version: string
  }[]
  readonly contexts: readonly {
    readonly node: string
    readonly description: string
    readonly path: string
    readonly ip: string
    readonly port: string
    readonly cowboy_opts: string
    readonly ssl_opts: readonly unknown[]
  }[]
  readonly cluster_links: readonly { readonly [name: string]: unknown }[]
  readonly ra_open_file_metrics: {
    readonly ra_log_wal: number
    readonly ra_log_segment_writer: number
  }
  readonly metrics_gc_queue_length: { readonly [name: string]: number }
  readonly mem_used?: number
  readonly disk_free?: number
  readonly fd_used?: number
  readonly sockets_used?: number
  readonly proc_used?: number
  readonly gc_num?: number
  readonly io_read_count?: number
  readonly io_read_bytes?: number
  readonly io_read_avg_time?: number
  readonly io_write_count?: number
  readonly io_write_bytes?: number
  readonly io_write_avg_time?: number
  readonly io_sync_count?: number
  readonly io_sync_avg_time?: number
  readonly io_seek_count?: number
  readonly io_seek_avg_time?: number
  readonly io_reopen_count?: number
  readonly mnesia_ram_tx_count?: number
  readonly mnesia_disk_tx_count?: number
  readonly msg_store_read_count?: number
  readonly msg_store_write_count?: number
  readonly queue_index_read_count?: number
  readonly queue_index_write_count?: number
  readonly gc_bytes_reclaimed?: number
  readonly context_switches?: number
  readonly connection_created?: number
  readonly connection_closed?: number
  readonly channel_created?: number
  readonly channel_closed?: number
  readonly queue_declared?: number
  readonly queue_created?: number
  readonly queue_deleted?: number
  readonly mem_used_details?: Details
  readonly disk_free_details?: Details
  readonly fd_used_details?: Details
  readonly sockets_used_details?: Details
  readonly proc_used_details?: Details
  readonly gc_num_details?: Details
  readonly io_read_count_details?: Details
  readonly io_read_bytes_details?: Details
  readonly io_read_avg_time_details?: Details
  readonly io_write_count_details?: Details
  readonly io_write_bytes_details?: Details
  readonly io_write_avg_time_details?: Details
  readonly io_sync_count_details?: Details
  readonly io_sync_avg_time_details?: Details
  readonly io_seek_count_details?: Details
  readonly io_seek_avg_time_details?: Details
  readonly io_reopen_count_details?: Details
  readonly mnesia_ram_tx_count_details?: Details
  readonly mnesia_disk_tx_count_details?: Details
  readonly msg_store_read_count_details?: Details
  readonly msg_store_write_count_details?: Details
  readonly queue_index_read_count_details?: Details
  readonly queue_index_write_count_details?: Details
  readonly gc_bytes_reclaimed_details?: Details
  readonly context_switches_details?: Details
  readonly connection_created_details?: Details
  readonly connection_closed_details?: Details
  readonly channel_created_details?: Details
  readonly channel_closed_details?: Details
  readonly queue_declared_details?: Details
  readonly queue_created_details?: Details
  readonly queue_deleted_details?: Details
  readonly memory?: { readonly [name: string]: unknown }
  readonly binary?: { readonly [name: string]: unknown }
}

export type Vhost = {
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly default_queue_type: 'classic' | 'quorum' | 'stream'
  readonly metadata: {
    readonly description: string
    readonly tags: readonly string[]
    readonly default_queue_type: 'classic' | 'quorum' | 'stream'
    readonly protected_from_deletion?: boolean
  }
  readonly protected_from_deletion: boolean
  readonly tracing: boolean
  readonly cluster_state: { readonly [name: string]: string }
  readonly messages?: number
  readonly messages_ready?: number
  readonly messages_unacknowledged?: number
  readonly messages_details?: Details
  readonly messages_ready_details?: Details
  readonly messages_unacknowledged_details?: Details
  readonly recv_oct?: number
  readonly send_oct?: number
  readonly recv_oct_details?: Details
  readonly send_oct_details?: Details
  readonly message_stats?: MessageStats
}

export type TopicPermission = {
  readonly user: string
  readonly vhost: string
  readonly exchange: string
  readonly write: string
  readonly read: string
}

export type User = {
  readonly name: string
  readonly password_hash: string
  readonly hashing_algorithm: string
  readonly tags: readonly string[]
  readonly limits: {
    readonly 'max-connections'?: number
    readonly 'max-channels'?: number
  }
}

export type Queue = {
  readonly name: string
  readonly vhost: string
  readonly type: 'classic' | 'quorum' | 'stream'
  readonly durable: boolean
  readonly auto_delete: boolean
  readonly exclusive: boolean
  readonly internal: boolean
  readonly internal_owner: false
  readonly arguments: { readonly [name: string]: unknown }
  readonly node: string
  readonly state: string
  readonly policy?: string | null
  readonly operator_policy?: string | null
  readonly effective_policy_definition?: { readonly [name: string]: unknown }
  readonly consumers?: number
  readonly consumer_capacity?: number
  readonly consumer_utilisation?: number
  readonly messages?: number
  readonly messages_ready?: number
  readonly messages_unacknowledged?: number
  readonly messages_details?: Details
  readonly messages_ready_details?: Details
  readonly messages_unacknowledged_details?: Details
  readonly messages_ram?: number
  readonly messages_ready_ram?: number
  readonly messages_unacknowledged_ram?: number
  readonly messages_persistent?: number
  readonly message_bytes?: number
  readonly message_bytes_ready?: number
  readonly message_bytes_unacknowledged?: number
  readonly message_bytes_ram?: number
  readonly message_bytes_persistent?: number
  readonly message_stats?: MessageStats
  readonly memory?: number
  readonly reductions?: number
  readonly reductions_details?: Details
  readonly storage_version?: number
  readonly idle_since?: string
  readonly leader?: string
  readonly members?: readonly string[]
  readonly online?: readonly string[]
}

export type Policy = {
  readonly vhost: string
  readonly name: string
  readonly pattern: string
  readonly 'apply-to': string
  readonly definition: { readonly [name: string]: unknown }
  readonly priority: number
}

export type Parameter = {
  readonly value: unknown
  readonly vhost: string
  readonly component: string
  readonly name: string
}

export type GlobalParameter = {
  readonly name: string
  readonly value: unknown
}

export type VhostLimits = {
  readonly vhost: string
  readonly value: {
    readonly 'max-connections'?: number
    readonly 'max-queues'?: number
  }
}

export type UserLimits = {
  readonly user: string
  readonly value: {
    readonly 'max-connections'?: number
    readonly 'max-channels'?: number
  }
}

export type ExchangeStats = {
  readonly publish_in?: number
  readonly publish_out?: number
  readonly publish_in_details?: Details
  readonly publish_out_details?: Details
}

export type Exchange = {
  readonly name: string
  readonly vhost: string
  readonly type: string
  readonly durable: boolean
  readonly auto_delete: boolean
  readonly internal: boolean
  readonly arguments: { readonly [name: string]: unknown }
  readonly user_who_performed_action: string
  readonly policy?: string
  readonly message_stats?: ExchangeStats
}

export type SingleExchange = {
  readonly name: string
  readonly vhost: string
  readonly type: string
  readonly durable: boolean
  readonly auto_delete: boolean
  readonly internal: boolean
  readonly arguments: { readonly [name: string]: unknown }
  readonly user_who_performed_action: string
  readonly policy?: string
  readonly message_stats?: ExchangeStats
  readonly incoming: readonly {
    readonly channel_details: {
      readonly name: string
      readonly number: number
      readonly user: string
      readonly connection_name: string
      readonly node: string
      readonly peer_host: string
      readonly peer_port: number
    }
    readonly stats: MessageStats
  }[]
  readonly outgoing: readonly {
    readonly queue: {
      readonly name: string
      readonly vhost: string
    }
    readonly stats: MessageStats
  }[]
}

export type DetailedQueue = {
  readonly name: string
  readonly vhost: string
  readonly type: 'classic' | 'quorum' | 'stream'
  readonly durable: boolean
  readonly auto_delete: boolean
  readonly exclusive: boolean
  readonly internal: boolean
  readonly internal_owner: false
  readonly arguments: { readonly [name: string]: unknown }
  readonly node: string
  readonly state: string
  readonly policy?: string | null
  readonly operator_policy?: string | null
  readonly effective_policy_definition?: { readonly [name: string]: unknown }
  readonly consumers?: number
  readonly consumer_capacity?: number
  readonly consumer_utilisation?: number
  readonly messages?: number
  readonly messages_ready?: number
  readonly messages_unacknowledged?: number
  readonly messages_details?: Details
  readonly messages_ready_details?: Details
  readonly messages_unacknowledged_details?: Details
  readonly messages_ram?: number
  readonly messages_ready_ram?: number
  readonly messages_unacknowledged_ram?: number
  readonly messages_persistent?: number
  readonly message_bytes?: number
  readonly message_bytes_ready?: number
  readonly message_bytes_unacknowledged?: number
  readonly message_bytes_ram?: number
  readonly message_bytes_persistent?: number
  readonly message_stats?: MessageStats
  readonly memory?: number
  readonly reductions?: number
  readonly reductions_details?: Details
  readonly storage_version?: number
  readonly idle_since?: string
  readonly leader?: string
  readonly members?: readonly string[]
  readonly online?: readonly string[]
  readonly exclusive_consumer_tag?: string | null
  readonly single_active_consumer_tag?: string | null
  readonly head_message_timestamp?: number | null
  readonly garbage_collection?: {
    readonly fullsweep_after: number
    readonly max_heap_size: number
    readonly min_bin_vheap_size: number
    readonly min_heap_size: number
    readonly minor_gcs: number
  }
  readonly backing_queue_status?: { readonly [name: string]: unknown }
  readonly owner_pid_details?: {
    readonly name: string
    readonly peer_host: string
    readonly peer_port: number
  }
  readonly open_files?: { readonly [name: string]: number }
  readonly delivery_limit?: number | string
  readonly delayed_retry?: string
  readonly messages_delayed?: number
  readonly messages_ready_returned?: number
  readonly messages_active_priorities?: number
  readonly messages_dlx?: number
  readonly message_bytes_dlx?: number
  readonly publishers?: number
  readonly segments?: number
  readonly messages_by_priority?: { readonly [name: string]: number }
  readonly readers?: { readonly [name: string]: number }
  readonly first_timestamp?: number | null
}

export type Consumer = {
  readonly consumer_tag: string
  readonly queue: {
    readonly name: string
    readonly vhost: string
  }
  readonly channel_details: {
    readonly name: string
    readonly number: number
    readonly user: string
    readonly connection_name: string
    readonly node: string
    readonly peer_host: string
    readonly peer_port: number
  }
  readonly ack_required: boolean
  readonly active: boolean
  readonly activity_status: 'up' | 'single_active' | 'waiting' | 'blocked' | 'suspected_down'
  readonly arguments: { readonly [name: string]: unknown }
  readonly consumer_timeout: number | string
  readonly exclusive: boolean
  readonly prefetch_count: number
}

export type SingleQueue = {
  readonly name: string
  readonly vhost: string
  readonly type: 'classic' | 'quorum' | 'stream'
  readonly durable: boolean
  readonly auto_delete: boolean
  readonly exclusive: boolean
  readonly internal: boolean
  readonly internal_owner: false
  readonly arguments: { readonly [name: string]: unknown }
  readonly node: string
  readonly state: string
  readonly policy?: string | null
  readonly operator_policy?: string | null
  readonly effective_policy_definition?: { readonly [name: string]: unknown }
  readonly consumers?: number
  readonly consumer_capacity?: number
  readonly consumer_utilisation?: number
  readonly messages?: number
  readonly messages_ready?: number
  readonly messages_unacknowledged?: number
  readonly messages_details?: Details
  readonly messages_ready_details?: Details
  readonly messages_unacknowledged_details?: Details
  readonly messages_ram?: number
  readonly messages_ready_ram?: number
  readonly messages_unacknowledged_ram?: number
  readonly messages_persistent?: number
  readonly message_bytes?: number
  readonly message_bytes_ready?: number
  readonly message_bytes_unacknowledged?: number
  readonly message_bytes_ram?: number
  readonly message_bytes_persistent?: number
  readonly message_stats?: MessageStats
  readonly memory?: number
  readonly reductions?: number
  readonly reductions_details?: Details
  readonly storage_version?: number
  readonly idle_since?: string
  readonly leader?: string
  readonly members?: readonly string[]
  readonly online?: readonly string[]
  readonly exclusive_consumer_tag?: string | null
  readonly single_active_consumer_tag?: string | null
  readonly head_message_timestamp?: number | null
  readonly garbage_collection?: {
    readonly fullsweep_after: number
    readonly max_heap_size: number
    readonly min_bin_vheap_size: number
    readonly min_heap_size: number
    readonly minor_gcs: number
  }
  readonly backing_queue_status?: { readonly [name: string]: unknown }
  readonly owner_pid_details?: {
    readonly name: string
    readonly peer_host: string
    readonly peer_port: number
  }
  readonly open_files?: { readonly [name: string]: number }
  readonly delivery_limit?: number | string
  readonly delayed_retry?: string
  readonly messages_delayed?: number
  readonly messages_ready_returned?: number
  readonly messages_active_priorities?: number
  readonly messages_dlx?: number
  readonly message_bytes_dlx?: number
  readonly publishers?: number
  readonly segments?: number
  readonly messages_by_priority?: { readonly [name: string]: number }
  readonly readers?: { readonly [name: string]: number }
  readonly first_timestamp?: number | null
  readonly consumer_details?: readonly Consumer[]
  readonly incoming?: readonly {
    readonly exchange: {
      readonly name: string
      readonly vhost: string
    }
    readonly stats: {
      readonly publish?: number
      readonly publish_details?: Details
    }
  }[]
  readonly deliveries?: readonly {
    readonly channel_details: {
      readonly name: string
      readonly number: number
      readonly user: string
      readonly connection_name: string
      readonly node: string
      readonly peer_host: string
      readonly peer_port: number
    }
    readonly stats: MessageStats
  }[]
}

export type Binding = {
  readonly source: string
  readonly vhost: string
  readonly destination: string
  readonly destination_type: 'queue' | 'exchange'
  readonly routing_key: string
  readonly arguments: { readonly [name: string]: unknown }
  readonly properties_key: string
}

export type MessageProperties = {
  readonly content_type?: string
  readonly content_encoding?: string
  readonly correlation_id?: string
  readonly reply_to?: string
  readonly expiration?: string
  readonly message_id?: string
  readonly type?: string
  readonly user_id?: string
  readonly app_id?: string
  readonly cluster_id?: string
  readonly delivery_mode?: number
  readonly priority?: number
  readonly timestamp?: number
  readonly headers?: { readonly [name: string]: unknown }
} | readonly []

export type TakenMessage = {
  readonly exchange: string
  readonly routing_key: string
  readonly redelivered: boolean
  readonly properties: MessageProperties
  readonly payload: string
  readonly payload_bytes: number
  readonly payload_encoding: 'string' | 'base64'
  readonly message_count: number
}

export type SeenMessage = {
  readonly exchange: string
  readonly routing_key: string
  readonly redelivered: boolean
  readonly properties: MessageProperties
  readonly payload: string
  readonly payload_bytes: number
  readonly payload_encoding: 'string' | 'base64'
  readonly position: string
  readonly state: 'ready' | 'unacked' | 'held'
  readonly age_ms: number | null
  readonly delivery_count?: number
  readonly stream_offset?: number
  readonly expires_in_ms?: number
}

export type MessagePage = {
  readonly messages: readonly SeenMessage[]
  readonly next_cursor: string | null
  readonly scanned: number
}

export type Connection = {
  readonly name: string
  readonly vhost: string
  readonly user: string
  readonly node: string
  readonly user_who_performed_action: string
  readonly protocol: string
  readonly type: 'network' | 'direct'
  readonly host: string
  readonly port: number
  readonly peer_host: string
  readonly peer_port: number
  readonly connected_at: number
  readonly timeout: number
  readonly frame_max: number
  readonly channel_max: number
  readonly auth_mechanism: string
  readonly client_properties: { readonly [name: string]: unknown }
  readonly ssl: boolean
  readonly ssl_cipher: string | null
  readonly ssl_hash: string | null
  readonly ssl_key_exchange: string | null
  readonly ssl_protocol: string | null
  readonly peer_cert_issuer: string | null
  readonly peer_cert_subject: string | null
  readonly peer_cert_validity: string | null
  readonly user_provided_name?: string
  readonly state?: string
  readonly channels?: number
  readonly recv_oct?: number
  readonly send_oct?: number
  readonly reductions?: number
  readonly recv_oct_details?: Details
  readonly send_oct_details?: Details
  readonly reductions_details?: Details
  readonly recv_cnt?: number
  readonly send_cnt?: number
  readonly send_pend?: number
  readonly garbage_collection?: {
    readonly fullsweep_after: number
    readonly max_heap_size: number
    readonly min_bin_vheap_size: number
    readonly min_heap_size: number
    readonly minor_gcs: number
  }
}

export type ShortConnection = {
  readonly name: string
  readonly vhost: string
  readonly user: string
  readonly node: string
}

export type Channel = {
  readonly name: string
  readonly number: number
  readonly node: string
  readonly vhost: string
  readonly user: string
  readonly user_who_performed_action: string
  readonly state: string
  readonly connection_details: {
    readonly name: string
    readonly peer_host: string
    readonly peer_port: number
  }
  readonly consumer_count: number
  readonly prefetch_count: number
  readonly messages_unacknowledged: number
  readonly messages_unconfirmed: number
  readonly messages_uncommitted: number
  readonly acks_uncommitted: number
  readonly pending_raft_commands: number
  readonly confirm: boolean
  readonly transactional: boolean
  readonly global_prefetch_count?: number
  readonly cached_segments?: number
  readonly idle_since?: string
  readonly message_stats?: MessageStats
  readonly reductions?: number
  readonly reductions_details?: Details
  readonly garbage_collection?: {
    readonly fullsweep_after: number
    readonly max_heap_size: number
    readonly min_bin_vheap_size: number
    readonly min_heap_size: number
    readonly minor_gcs: number
  }
}

export type SingleChannel = {
  readonly name: string
  readonly number: number
  readonly node: string
  readonly vhost: string
  readonly user: string
  readonly user_who_performed_action: string
  readonly state: string
  readonly connection_details: {
    readonly name: string
    readonly peer_host: string
    readonly peer_port: number
  }
  readonly consumer_count: number
  readonly prefetch_count: number
  readonly messages_unacknowledged: number
  readonly messages_unconfirmed: number
  readonly messages_uncommitted: number
  readonly acks_uncommitted: number
  readonly pending_raft_commands: number
  readonly confirm: boolean
  readonly transactional: boolean
  readonly global_prefetch_count?: number
  readonly cached_segments?: number
  readonly idle_since?: string
  readonly message_stats?: MessageStats
  readonly reductions?: number
  readonly reductions_details?: Details
  readonly garbage_collection?: {
    readonly fullsweep_after: number
    readonly max_heap_size: number
    readonly min_bin_vheap_size: number
    readonly min_heap_size: number
    readonly minor_gcs: number
  }
  readonly consumer_details: readonly Consumer[]
  readonly publishes: readonly {
    readonly exchange: {
      readonly name: string
      readonly vhost: string
    }
    readonly stats: MessageStats
  }[]
  readonly deliveries: readonly {
    readonly queue: {
      readonly name: string
      readonly vhost: string
    }
    readonly stats: MessageStats
  }[]
}

export type Definitions = {
  readonly rabbit_version: string
  readonly rabbitmq_version: string
  readonly product_name: string
  readonly product_version: string
  readonly explanation: string
  readonly rabbitmq_definition_format: 'cluster'
  readonly original_cluster_name: string
  readonly users: readonly User[]
  readonly vhosts: readonly {
    readonly name: string
    readonly metadata: {
      readonly description: string
      readonly tags: readonly string[]
      readonly default_queue_type: 'classic' | 'quorum' | 'stream'
      readonly protected_from_deletion?: boolean
    }
    readonly limits: {
      readonly 'max-connections'?: number
      readonly 'max-queues'?: number
    }
  }[]
  readonly permissions: readonly Permission[]
  readonly topic_permissions: readonly TopicPermission[]
  readonly parameters: readonly Parameter[]
  readonly global_parameters: readonly GlobalParameter[]
  readonly policies: readonly Policy[]
  readonly queues: readonly {
    readonly name: string
    readonly vhost: string
    readonly durable: boolean
    readonly auto_delete: boolean
    readonly arguments: { readonly [name: string]: unknown }
    readonly type: 'classic' | 'quorum' | 'stream'
  }[]
  readonly exchanges: readonly {
    readonly name: string
    readonly vhost: string
    readonly durable: boolean
    readonly auto_delete: boolean
    readonly arguments: { readonly [name: string]: unknown }
    readonly type: string
  }[]
  readonly bindings: readonly {
    readonly source: string
    readonly vhost: string
    readonly destination: string
    readonly destination_type: 'queue' | 'exchange'
    readonly routing_key: string
    readonly arguments: { readonly [name: string]: unknown }
  }[]
}

export type VhostDefinitions = {
  readonly rabbit_version: string
  readonly rabbitmq_version: string
  readonly product_name: string
  readonly product_version: string
  readonly explanation: string
  readonly rabbitmq_definition_format: 'single_virtual_host'
  readonly original_vhost_name: string
  readonly metadata: {
    readonly description: string
    readonly tags: readonly string[]
    readonly default_queue_type: 'classic' | 'quorum' | 'stream'
    readonly protected_from_deletion?: boolean
  }
  readonly description: string
  readonly limits: {
    readonly 'max-connections'?: number
    readonly 'max-queues'?: number
  }
  readonly parameters: readonly {
    readonly value: unknown
    readonly component: string
    readonly name: string
  }[]
  readonly policies: readonly {
    readonly name: string
    readonly pattern: string
    readonly 'apply-to': string
    readonly definition: { readonly [name: string]: unknown }
    readonly priority: number
  }[]
  readonly queues: readonly {
    readonly name: string
    readonly durable: boolean
    readonly auto_delete: boolean
    readonly arguments: { readonly [name: string]: unknown }
    readonly type: 'classic' | 'quorum' | 'stream'
  }[]
  readonly exchanges: readonly {
    readonly name: string
    readonly durable: boolean
    readonly auto_delete: boolean
    readonly arguments: { readonly [name: string]: unknown }
    readonly type: string
  }[]
  readonly bindings: readonly {
    readonly source: string
    readonly destination: string
    readonly destination_type: 'queue' | 'exchange'
    readonly routing_key: string
    readonly arguments: { readonly [name: string]: unknown }
  }[]
}

export type Healthy = {
  readonly status: 'ok'
  readonly reason?: string
  readonly port?: number
  readonly protocols?: readonly string[]
}

export type Unhealthy = {
  readonly status: 'failed'
  readonly reason: string
  readonly reasons?: readonly string[]
  readonly alarms?: readonly {
    readonly node: string
    readonly resource: string
  }[]
  readonly missing?: number | readonly string[]
  readonly ports?: readonly number[]
  readonly protocols?: readonly string[]
  readonly expired?: readonly {
    readonly node: string
    readonly protocol: string
    readonly interface: string
    readonly port: number
    readonly certfile: string
    readonly cacertfile: string
    readonly certfile_expires_on: readonly string[]
    readonly cacertfile_expires_on: readonly string[]
  }[]
}

export type MemoryBreakdown = {
  readonly memory: {
    readonly connection_readers: number
    readonly connection_writers: number
    readonly connection_channels: number
    readonly connection_other: number
    readonly queue_procs: number
    readonly quorum_queue_procs: number
    readonly quorum_queue_dlx_procs: number
    readonly stream_queue_procs: number
    readonly stream_queue_replica_reader_procs: number
    readonly stream_queue_coordinator_procs: number
    readonly plugins: number
    readonly metadata_store: number
    readonly other_proc: number
    readonly metrics: number
    readonly mgmt_db: number
    readonly mnesia: number
    readonly quorum_ets: number
    readonly metadata_store_ets: number
    readonly other_ets: number
    readonly binary: number
    readonly msg_index: number
    readonly code: number
    readonly atom: number
    readonly other_system: number
    readonly allocated_unused: number
    readonly reserved_unallocated: number
    readonly strategy: string
    readonly total: {
      readonly erlang: number
      readonly rss: number
      readonly allocated: number
    }
  }
}

export type RelativeMemoryBreakdown = {
  readonly memory: {
    readonly connection_readers: number
    readonly connection_writers: number
    readonly connection_channels: number
    readonly connection_other: number
    readonly queue_procs: number
    readonly quorum_queue_procs: number
    readonly quorum_queue_dlx_procs: number
    readonly stream_queue_procs: number
    readonly stream_queue_replica_reader_procs: number
    readonly stream_queue_coordinator_procs: number
    readonly plugins: number
    readonly metadata_store: number
    readonly other_proc: number
    readonly metrics: number
    readonly mgmt_db: number
    readonly mnesia: number
    readonly quorum_ets: number
    readonly metadata_store_ets: number
    readonly other_ets: number
    readonly binary: number
    readonly msg_index: number
    readonly code: number
    readonly atom: number
    readonly other_system: number
    readonly allocated_unused: number
    readonly reserved_unallocated: number
    readonly total: number
  }
}

export type FeatureFlag = {
  readonly name: string
  readonly desc: string
  readonly doc_url: string
  readonly provided_by: string
  readonly experiment_level: string
  readonly require_level: string
  readonly callbacks: readonly string[]
  readonly stability: 'required'
  readonly state: 'enabled'
}

export type DeprecatedFeature = {
  readonly name: string
  readonly desc: string
  readonly doc_url: string
  readonly provided_by: string
  readonly state: string
  readonly deprecation_phase: string
}

export type ExplainedRoute = {
  readonly queues: readonly {
    readonly name: string
    readonly type: string
    readonly paths: readonly (readonly string[])[]
  }[]
  readonly steps: readonly {
    readonly exchange: string
    readonly type: string
    readonly path: readonly string[]
    readonly matched: readonly Binding[]
    readonly unmatched: readonly {
      readonly source: string
      readonly vhost: string
      readonly destination: string
      readonly destination_type: 'queue' | 'exchange'
      readonly routing_key: string
      readonly arguments: { readonly [name: string]: unknown }
      readonly properties_key: string
      readonly reason: string
    }[]
    readonly unmatched_left_out: number
    readonly note?: string
  }[]
  readonly routed: boolean
  readonly note: string
}

export type Trace = {
  readonly vhost: string
  readonly name: string
  readonly format: 'text' | 'json'
  readonly pattern: string
  readonly queue: {
    readonly name: string
    readonly vhost: string
  }
  readonly max_payload_bytes?: number
}

export type TraceFile = {
  readonly name: string
  readonly size: number
}

export interface Paths {
  readonly '/whoami': {
    /** The user whose credentials were sent. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: WhoAmI
    }
  }
  readonly '/whoami/permissions': {
    /** What that user may do in each virtual host, as far as the broker keeps it itself. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Permission[]
    }
  }
  readonly '/version': {
    /** The RabbitMQ release whose behaviour is offered. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: string
    }
  }
  readonly '/extensions': {
    /** Scripts that plugins add to the pages. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/auth/hash_password/{password}': {
    /** The hash of a password, as definitions carry it. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: {
        readonly ok: string
      }
    }
  }
  readonly '/overview': {
    /** The cluster at a glance. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Overview
    }
  }
  readonly '/nodes': {
    /** Nodes. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Node[]
    }
  }
  readonly '/nodes/{node}': {
    /** One node. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Node
    }
  }
  readonly '/reset': {
    /** Forgets statistics; nothing else. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/reset/{node}': {
    /** Forgets statistics; nothing else. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/auth/attempts/{node}': {
    /** Logins, by protocol. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly {
        readonly protocol: 'amqp091' | 'http'
        readonly auth_attempts: number
        readonly auth_attempts_failed: number
        readonly auth_attempts_succeeded: number
      }[]
    }
    /** Forgets the counts of logins. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/auth/attempts/{node}/source': {
    /** Logins by user and address, when track_auth_attempt_source is set. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly {
        readonly protocol: 'amqp091' | 'http'
        readonly auth_attempts: number
        readonly auth_attempts_failed: number
        readonly auth_attempts_succeeded: number
        readonly remote_address: string
        readonly username: string
      }[]
    }
    /** Forgets the counts of logins by user and address. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/nodes/{node}/memory-high-watermark': {
    /** Memory use above which publishers are blocked, until the next start. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly relative?: number
        readonly absolute?: number
      }
      readonly answer: undefined
    }
  }
  readonly '/nodes/{node}/disk-free-limit': {
    /** Free disk space below which publishers are blocked, until the next start. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly relative?: number
        readonly absolute?: number
      }
      readonly answer: undefined
    }
  }
  readonly '/nodes/{node}/log-level': {
    /** How much the node writes to its log, until the next start. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly level: 'debug' | 'info' | 'warning' | 'error' | 'critical' | 'none'
      }
      readonly answer: undefined
    }
  }
  readonly '/nodes/{node}/stop': {
    /** Stops the node; the answer comes before. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/config/effective': {
    /** Every setting in effect, as lines of the configuration file. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
  }
  readonly '/nodes/{node}/drain': {
    /** Enters maintenance mode: takes no clients, and closes the connections of those there are. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/nodes/{node}/revive': {
    /** Leaves maintenance mode. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/nodes/{node}/suspend-listeners': {
    /** Takes no further clients; those that are there stay. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/nodes/{node}/resume-listeners': {
    /** Listens for clients again. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/nodes/{node}/rotate-logs': {
    /** Puts the log file aside and begins a new one. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/vhosts': {
    /** Virtual hosts that the user may see. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly Vhost[] | {
        readonly items: readonly Vhost[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/vhosts/{vhost}': {
    /** One virtual host. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Vhost
    }
    /** Makes a virtual host, or replaces what is said of it. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly description?: string
        readonly tags?: readonly string[] | string
        readonly default_queue_type?: string
        readonly protected_from_deletion?: boolean
        readonly tracing?: boolean
        readonly metadata?: { readonly [name: string]: unknown }
      }
      readonly answer: undefined
    }
    /** Deletes a virtual host with everything in it. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/vhosts/{vhost}/deletion/protection': {
    /** Protects a virtual host from deletion. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
    /** Lifts the protection from deletion. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/vhosts/{vhost}/start/{node}': {
    /** Starts a virtual host on a node; they all run already. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/vhosts/{vhost}/permissions': {
    /** Permissions of users in a virtual host. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Permission[]
    }
  }
  readonly '/vhosts/{vhost}/topic-permissions': {
    /** Topic permissions of users in a virtual host. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly TopicPermission[]
    }
  }
  readonly '/users': {
    /** Users. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly User[] | {
        readonly items: readonly User[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/users/without-permissions': {
    /** Users without a permission in any virtual host. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly User[] | {
        readonly items: readonly User[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/users/bulk-delete': {
    /** Deletes several users; unknown names are passed over. */
    readonly POST: {
      readonly query: never
      readonly body: {
        readonly users: readonly string[]
      }
      readonly answer: undefined
    }
  }
  readonly '/users/{user}': {
    /** One user. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: User
    }
    /** Makes a user, or replaces password and tags of one. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly tags: readonly string[] | string
        readonly password?: string
        readonly password_hash?: string
        readonly hashing_algorithm?: string
      }
      readonly answer: undefined
    }
    /** Deletes a user and closes the connections made in that name. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/users/{user}/permissions': {
    /** Permissions of a user. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Permission[]
    }
  }
  readonly '/users/{user}/topic-permissions': {
    /** Topic permissions of a user. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly TopicPermission[]
    }
  }
  readonly '/users/{user}/queues': {
    /** Queues that a user declared. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly Queue[] | {
        readonly items: readonly Queue[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/permissions': {
    /** Permissions of all users in all virtual hosts. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Permission[]
    }
  }
  readonly '/permissions/{vhost}/{user}': {
    /** What a user may do in a virtual host. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Permission
    }
    /** Sets what a user may do in a virtual host. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly configure: string
        readonly write: string
        readonly read: string
      }
      readonly answer: undefined
    }
    /** Takes the permissions of a user in a virtual host away. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/topic-permissions': {
    /** Topic permissions of all users in all virtual hosts. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly TopicPermission[]
    }
  }
  readonly '/topic-permissions/{vhost}/{user}': {
    /** Topic permissions of a user in a virtual host. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly TopicPermission[]
    }
    /** Sets what a user may publish to and bind on a topic exchange. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly exchange: string
        readonly write: string
        readonly read: string
      }
      readonly answer: undefined
    }
    /** Takes all topic permissions of a user in a virtual host away. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/topic-permissions/{vhost}/{user}/{exchange}': {
    /** Takes the topic permission of a user on one exchange away. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/policies': {
    /** Every policy. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Policy[]
    }
  }
  readonly '/policies/{vhost}': {
    /** Every policy of a virtual host. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Policy[]
    }
  }
  readonly '/policies/{vhost}/{policy}': {
    /** One policy. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Policy
    }
    /** Sets a policy. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly pattern: string
        readonly definition: { readonly [name: string]: unknown }
        readonly 'apply-to'?: string
        readonly priority?: number
      }
      readonly answer: undefined
    }
    /** Clears a policy. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/operator-policies': {
    /** Every operator policy. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Policy[]
    }
  }
  readonly '/operator-policies/{vhost}': {
    /** Every operator policy of a virtual host. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Policy[]
    }
  }
  readonly '/operator-policies/{vhost}/{policy}': {
    /** One operator policy. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Policy
    }
    /** Sets an operator policy. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly pattern: string
        readonly definition: { readonly [name: string]: unknown }
        readonly 'apply-to'?: string
        readonly priority?: number
      }
      readonly answer: undefined
    }
    /** Clears an operator policy. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/parameters': {
    /** Runtime parameters. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Parameter[]
    }
  }
  readonly '/parameters/{component}': {
    /** Runtime parameters. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Parameter[]
    }
  }
  readonly '/parameters/{component}/{vhost}': {
    /** Runtime parameters. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Parameter[]
    }
  }
  readonly '/parameters/{component}/{vhost}/{name}': {
    /** One runtime parameter. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Parameter
    }
    /** Sets a runtime parameter. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly value: unknown
      }
      readonly answer: undefined
    }
    /** Clears a runtime parameter. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/global-parameters': {
    /** Global parameters. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly GlobalParameter[]
    }
  }
  readonly '/global-parameters/{name}': {
    /** One global parameter. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: GlobalParameter
    }
    /** Sets a global parameter. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly value: unknown
      }
      readonly answer: undefined
    }
    /** Clears a global parameter. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/cluster-name': {
    /** The cluster's name. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: {
        readonly name: string
      }
    }
    /** Sets the cluster's name. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly name: string
      }
      readonly answer: undefined
    }
  }
  readonly '/vhost-limits': {
    /** Limits of virtual hosts. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly VhostLimits[]
    }
  }
  readonly '/vhost-limits/{vhost}': {
    /** Limits of virtual hosts. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly VhostLimits[]
    }
  }
  readonly '/vhost-limits/{vhost}/{limit}': {
    /** Sets a limit of a virtual host; a negative value is none. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly value: number
      }
      readonly answer: undefined
    }
    /** Clears a limit of a virtual host. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/user-limits': {
    /** Limits of users. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly UserLimits[]
    }
  }
  readonly '/user-limits/{user}': {
    /** Limits of a user: oneself, for all but administrators. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly UserLimits[]
    }
  }
  readonly '/user-limits/{user}/{limit}': {
    /** Sets a limit of a user; a negative value is none. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly value: number
      }
      readonly answer: undefined
    }
    /** Clears a limit of a user. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/exchanges': {
    /** Exchanges. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly Exchange[] | {
        readonly items: readonly Exchange[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/exchanges/{vhost}': {
    /** Exchanges. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly Exchange[] | {
        readonly items: readonly Exchange[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/exchanges/{vhost}/{exchange}': {
    /** One exchange. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: SingleExchange
    }
    /** Declares an exchange. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly type?: string
        readonly durable?: boolean
        readonly auto_delete?: boolean
        readonly internal?: boolean
        readonly arguments?: { readonly [name: string]: unknown }
      }
      readonly answer: undefined
    }
    /** Deletes an exchange. */
    readonly DELETE: {
      readonly query: 'if-unused'
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/queues': {
    /** Queues. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex' | 'disable_stats' | 'enable_queue_totals'
      readonly body: undefined
      readonly answer: readonly Queue[] | {
        readonly items: readonly Queue[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/queues/{vhost}': {
    /** Queues. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex' | 'disable_stats' | 'enable_queue_totals'
      readonly body: undefined
      readonly answer: readonly Queue[] | {
        readonly items: readonly Queue[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/queues/detailed': {
    /** Queues with everything known of each. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex' | 'disable_stats' | 'enable_queue_totals'
      readonly body: undefined
      readonly answer: readonly DetailedQueue[] | {
        readonly items: readonly DetailedQueue[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/queues/{vhost}/{queue}': {
    /** One queue. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: SingleQueue
    }
    /** Declares a queue. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly durable?: boolean
        readonly auto_delete?: boolean
        readonly arguments?: { readonly [name: string]: unknown }
        readonly node?: string
      }
      readonly answer: undefined
    }
    /** Deletes a queue. */
    readonly DELETE: {
      readonly query: 'if-unused' | 'if-empty'
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/queues/{vhost}/{queue}/contents': {
    /** Drops the ready messages of a queue. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/queues/{vhost}/{queue}/actions': {
    /** No action is left: always 400. */
    readonly POST: {
      readonly query: never
      readonly body: {
        readonly action: string
      }
      readonly answer: undefined
    }
  }
  readonly '/queues/quorum/{vhost}/{queue}/status': {
    /** The members of a quorum queue. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly {
        readonly 'Node Name': string
        readonly 'Raft State': string
        readonly Membership: string
      }[]
    }
  }
  readonly '/queues/quorum/{vhost}/{queue}/replicas/add': {
    /** Adds a member to a quorum queue; a node alone has none to add. */
    readonly POST: {
      readonly query: never
      readonly body: {
        readonly node: string
      }
      readonly answer: undefined
    }
  }
  readonly '/queues/quorum/{vhost}/{queue}/replicas/delete': {
    /** Takes a member from a quorum queue; the last one stays. */
    readonly DELETE: {
      readonly query: never
      readonly body: {
        readonly node: string
      }
      readonly answer: undefined
    }
  }
  readonly '/queues/quorum/replicas/on/{node}/grow': {
    /** Adds members on a node; a node alone has nothing to do. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/queues/quorum/replicas/on/{node}/shrink': {
    /** Takes the members on a node away; the last ones stay. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/rebalance/queues': {
    /** Spreads the leaders of queues over the nodes, in the background. */
    readonly POST: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/bindings': {
    /** Bindings, those of default exchanges included. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Binding[]
    }
  }
  readonly '/bindings/{vhost}': {
    /** Bindings of a virtual host. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Binding[]
    }
  }
  readonly '/queues/{vhost}/{queue}/bindings': {
    /** Bindings of a queue. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Binding[]
    }
  }
  readonly '/exchanges/{vhost}/{exchange}/bindings/source': {
    /** Bindings from an exchange. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Binding[]
    }
  }
  readonly '/exchanges/{vhost}/{exchange}/bindings/destination': {
    /** Bindings to an exchange. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Binding[]
    }
  }
  readonly '/bindings/{vhost}/e/{source}/q/{destination}': {
    /** Bindings between an exchange and a queue. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Binding[]
    }
    /** Makes a binding between an exchange and a queue. */
    readonly POST: {
      readonly query: never
      readonly body: {
        readonly routing_key?: string
        readonly arguments?: { readonly [name: string]: unknown }
      }
      readonly answer: undefined
    }
  }
  readonly '/bindings/{vhost}/e/{source}/q/{destination}/{props}': {
    /** One binding between an exchange and a queue, by its properties_key. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Binding
    }
    /** Takes a binding between an exchange and a queue away. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/bindings/{vhost}/e/{source}/e/{destination}': {
    /** Bindings between an exchange and another. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Binding[]
    }
    /** Makes a binding between an exchange and another. */
    readonly POST: {
      readonly query: never
      readonly body: {
        readonly routing_key?: string
        readonly arguments?: { readonly [name: string]: unknown }
      }
      readonly answer: undefined
    }
  }
  readonly '/bindings/{vhost}/e/{source}/e/{destination}/{props}': {
    /** One binding between an exchange and another, by its properties_key. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Binding
    }
    /** Takes a binding between an exchange and another away. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/exchanges/{vhost}/{exchange}/publish': {
    /** Publishes a message and says whether it reached a queue. */
    readonly POST: {
      readonly query: never
      readonly body: {
        readonly routing_key: string
        readonly payload: string
        readonly payload_encoding: 'string' | 'base64'
        readonly properties: { readonly [name: string]: unknown }
      }
      readonly answer: {
        readonly routed: boolean
      }
    }
  }
  readonly '/queues/{vhost}/{queue}/get': {
    /** Takes messages from a queue and settles them. */
    readonly POST: {
      readonly query: never
      readonly body: {
        readonly count: number
        readonly ackmode: string
        readonly encoding: string
        readonly truncate?: number
      }
      readonly answer: readonly TakenMessage[]
    }
  }
  readonly '/queues/{vhost}/{queue}/messages': {
    /** Pages through the messages of a queue, ready and unacknowledged, and leaves them untouched. */
    readonly GET: {
      readonly query: 'cursor' | 'count' | 'state' | 'encoding' | 'truncate' | 'routing_key' | 'header.NAME' | 'property.NAME' | 'body' | 'min_age_ms' | 'max_age_ms'
      readonly body: undefined
      readonly answer: MessagePage
    }
  }
  readonly '/connections': {
    /** Connections: all for monitors, for others their own. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly Connection[] | {
        readonly items: readonly Connection[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/vhosts/{vhost}/connections': {
    /** Connections to a virtual host. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Connection[]
    }
  }
  readonly '/connections/username/{user}': {
    /** Connections of a user. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly ShortConnection[] | {
        readonly items: readonly ShortConnection[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
    /** Closes the connections of a user; the header x-reason is what they are told. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/connections/{connection}': {
    /** One connection. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Connection
    }
    /** Closes a connection; the header x-reason is what it is told. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/connections/{connection}/channels': {
    /** Channels of a connection. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Channel[]
    }
  }
  readonly '/connections/{connection}/sessions': {
    /** Sessions of an AMQP 1.0 connection. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/channels': {
    /** Channels: all for monitors, for others their own. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly Channel[] | {
        readonly items: readonly Channel[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/vhosts/{vhost}/channels': {
    /** Channels in a virtual host. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Channel[]
    }
  }
  readonly '/channels/{channel}': {
    /** One channel, with its consumers. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: SingleChannel
    }
  }
  readonly '/consumers': {
    /** Consumers: all for monitors, for others their own. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Consumer[]
    }
  }
  readonly '/consumers/{vhost}': {
    /** Consumers: all for monitors, for others their own. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly Consumer[]
    }
  }
  readonly '/stream/connections': {
    /** Peers of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[] | {
        readonly items: readonly { readonly [name: string]: unknown }[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/stream/connections/{vhost}': {
    /** Peers of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse' | 'page' | 'page_size' | 'name' | 'use_regex'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[] | {
        readonly items: readonly { readonly [name: string]: unknown }[]
        readonly filtered_count: number
        readonly item_count: number
        readonly page: number
        readonly page_count: number
        readonly page_size: number
        readonly total_count: number
      }
    }
  }
  readonly '/stream/connections/{vhost}/{name}': {
    /** A connection of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: { readonly [name: string]: unknown }
    }
    /** A connection of the stream protocol, which is not spoken. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: { readonly [name: string]: unknown }
    }
  }
  readonly '/stream/connections/{vhost}/{name}/publishers': {
    /** A connection of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: { readonly [name: string]: unknown }
    }
  }
  readonly '/stream/connections/{vhost}/{name}/consumers': {
    /** A connection of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: { readonly [name: string]: unknown }
    }
  }
  readonly '/stream/publishers': {
    /** Peers of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/stream/publishers/{vhost}': {
    /** Peers of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/stream/publishers/{vhost}/{queue}': {
    /** Peers of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/stream/consumers': {
    /** Peers of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/stream/consumers/{vhost}': {
    /** Peers of the stream protocol, which is not spoken. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/definitions': {
    /** Everything declared, with users and permissions. */
    readonly GET: {
      readonly query: 'download'
      readonly body: undefined
      readonly answer: Definitions
    }
    /** Imports definitions, all of them or, with an error that names the entry, none. */
    readonly POST: {
      readonly query: never
      readonly body: { readonly [name: string]: unknown }
      readonly answer: undefined
    }
  }
  readonly '/definitions/{vhost}': {
    /** Everything declared in a virtual host. */
    readonly GET: {
      readonly query: 'download'
      readonly body: undefined
      readonly answer: VhostDefinitions
    }
    /** Imports definitions into a virtual host. */
    readonly POST: {
      readonly query: never
      readonly body: { readonly [name: string]: unknown }
      readonly answer: undefined
    }
  }
  readonly '/all-configuration': {
    /** Everything declared, with users and permissions. */
    readonly GET: {
      readonly query: 'download'
      readonly body: undefined
      readonly answer: Definitions
    }
    /** Imports definitions, all of them or, with an error that names the entry, none. */
    readonly POST: {
      readonly query: never
      readonly body: { readonly [name: string]: unknown }
      readonly answer: undefined
    }
  }
  readonly '/all-configuration/{vhost}': {
    /** Everything declared in a virtual host. */
    readonly GET: {
      readonly query: 'download'
      readonly body: undefined
      readonly answer: VhostDefinitions
    }
    /** Imports definitions into a virtual host. */
    readonly POST: {
      readonly query: never
      readonly body: { readonly [name: string]: unknown }
      readonly answer: undefined
    }
  }
  readonly '/health/checks/alarms': {
    /** No alarm is on in the cluster. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/local-alarms': {
    /** No alarm is on at this node. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/port-listener/{port}': {
    /** Something listens on the port. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/protocol-listener/{protocols}': {
    /** Something listens for each of the protocols. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/certificate-expiration/{within}/{unit}': {
    /** No certificate of a listener expires within a time. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/virtual-hosts': {
    /** Every virtual host runs. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/node-is-quorum-critical': {
    /** The node can stop without costing anyone a majority. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/quorum-queues-without-elected-leaders/all-vhosts': {
    /** Every quorum queue has a leader. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/quorum-queues-without-elected-leaders/all-vhosts/pattern/{pattern}': {
    /** Every quorum queue has a leader. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/quorum-queues-without-elected-leaders/vhost/{name}': {
    /** Every quorum queue has a leader. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/quorum-queues-without-elected-leaders/vhost/{name}/pattern/{pattern}': {
    /** Every quorum queue has a leader. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/metadata-store/initialized': {
    /** The definitions are loaded. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/metadata-store/initialized/with-data': {
    /** There are definitions. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/is-in-service': {
    /** The node is up and not about to stop. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/below-node-connection-limit': {
    /** The node takes another connection. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/ready-to-serve-clients': {
    /** The node is up, listens and takes another connection. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/checks/reached-target-cluster-size': {
    /** As many nodes run as there should be. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/aliveness-test/{vhost}': {
    /** The virtual host is there. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/healthchecks/node': {
    /** No alarm is on; deprecated. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/healthchecks/node/{node}': {
    /** No alarm is on; deprecated. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/nodes/{node}/memory': {
    /** Where the memory of a node is, in octets. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: MemoryBreakdown
    }
  }
  readonly '/nodes/{node}/memory/relative': {
    /** Where the memory of a node is, in percent. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: RelativeMemoryBreakdown
    }
  }
  readonly '/nodes/{node}/memory/ets': {
    /** Tables of RabbitMQ's runtime: there are none. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: {
        readonly ets_tables_memory: 'no_tables'
      }
    }
  }
  readonly '/nodes/{node}/memory/ets/relative': {
    /** Tables of RabbitMQ's runtime: there are none. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: {
        readonly ets_tables_memory: 'no_tables'
      }
    }
  }
  readonly '/nodes/{node}/memory/ets/{filter}': {
    /** Tables of RabbitMQ's runtime: there are none. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: {
        readonly ets_tables_memory: 'no_tables'
      }
    }
  }
  readonly '/nodes/{node}/memory/ets/{filter}/relative': {
    /** Tables of RabbitMQ's runtime: there are none. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: {
        readonly ets_tables_memory: 'no_tables'
      }
    }
  }
  readonly '/metrics': {
    /** Metrics in the text format of Prometheus. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
  }
  readonly '/metrics/per-object': {
    /** Metrics in the text format of Prometheus. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
  }
  readonly '/metrics/detailed': {
    /** Metrics in the text format of Prometheus. */
    readonly GET: {
      readonly query: 'family' | 'vhost' | 'queue'
      readonly body: undefined
      readonly answer: unknown
    }
  }
  readonly '/metrics/memory-breakdown': {
    /** Metrics in the text format of Prometheus. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
  }
  readonly '/health/live': {
    /** The event loop of the node turns; for liveness probes. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/health/ready': {
    /** The node takes clients and publishes; for readiness probes. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Healthy
    }
  }
  readonly '/feature-flags': {
    /** Feature flags, which are all enabled. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly FeatureFlag[]
    }
  }
  readonly '/feature-flags/{name}/enable': {
    /** Enables a feature flag; they are all enabled. */
    readonly PUT: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/deprecated-features': {
    /** Deprecated features; there are none. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly DeprecatedFeature[]
    }
  }
  readonly '/deprecated-features/used': {
    /** Deprecated features; there are none. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly DeprecatedFeature[]
    }
  }
  readonly '/shovels': {
    /** Links to other brokers; none run. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/shovels/{vhost}': {
    /** Links to other brokers; none run. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/federation-links': {
    /** Links to other brokers; none run. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/federation-links/{vhost}': {
    /** Links to other brokers; none run. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/federation-links/state/down': {
    /** Links to other brokers; none run. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/federation-links/{vhost}/state/down': {
    /** Links to other brokers; none run. */
    readonly GET: {
      readonly query: 'columns' | 'sort' | 'sort_reverse'
      readonly body: undefined
      readonly answer: readonly { readonly [name: string]: unknown }[]
    }
  }
  readonly '/shovels/vhost/{vhost}/{name}': {
    /** The state of a shovel; none run. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: { readonly [name: string]: unknown }
    }
    /** Deletes a shovel; none run. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/shovels/vhost/{vhost}/{name}/restart': {
    /** Restarts a shovel; none run. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/federation-links/vhost/{vhost}/{id}/{node}/restart': {
    /** Restarts a federation link; none run. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/exchanges/{vhost}/{exchange}/route': {
    /** Where a message would go: queues, the bindings that match, and why the others do not. Publishes nothing. */
    readonly GET: {
      readonly query: 'routing_key' | 'headers'
      readonly body: undefined
      readonly answer: ExplainedRoute
    }
  }
  readonly '/queues/{vhost}/{queue}/messages/transfer': {
    /** Moves ready messages to another queue or exchange, back to where they were dead-lettered from, or drops them. None is lost on the way. */
    readonly POST: {
      readonly query: never
      readonly body: {
        readonly action: 'move' | 'send_back' | 'dead_letter' | 'drop'
        readonly positions?: readonly string[]
        readonly count?: number
        readonly exchange?: string
        readonly routing_key?: string
        readonly to_end?: boolean
      }
      readonly answer: {
        readonly moved: number
        readonly failed: number
        readonly reason: string | null
      }
    }
  }
  readonly '/traces': {
    /** Every trace that writes to a file. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly Trace[]
    }
  }
  readonly '/traces/node/{node}': {
    /** Every trace that writes to a file. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly Trace[]
    }
  }
  readonly '/traces/{vhost}': {
    /** The traces of a virtual host. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly Trace[]
    }
  }
  readonly '/traces/node/{node}/{vhost}': {
    /** The traces of a virtual host. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly Trace[]
    }
  }
  readonly '/traces/{vhost}/{name}': {
    /** A trace. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Trace
    }
    /** Starts a trace, which begins to trace its virtual host; one of that name starts anew. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly format: 'text' | 'json'
        readonly pattern: string
        readonly max_payload_bytes?: number
        readonly tracer_connection_username?: string
        readonly tracer_connection_password?: string
      }
      readonly answer: undefined
    }
    /** Ends a trace; its file stays. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/traces/node/{node}/{vhost}/{name}': {
    /** A trace. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: Trace
    }
    /** Starts a trace, which begins to trace its virtual host; one of that name starts anew. */
    readonly PUT: {
      readonly query: never
      readonly body: {
        readonly format: 'text' | 'json'
        readonly pattern: string
        readonly max_payload_bytes?: number
        readonly tracer_connection_username?: string
        readonly tracer_connection_password?: string
      }
      readonly answer: undefined
    }
    /** Ends a trace; its file stays. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/trace-files': {
    /** The files of traces. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly TraceFile[]
    }
  }
  readonly '/trace-files/node/{node}': {
    /** The files of traces. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: readonly TraceFile[]
    }
  }
  readonly '/trace-files/{name}': {
    /** The file of a trace. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
    /** Deletes the file of a trace. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/trace-files/node/{node}/{name}': {
    /** The file of a trace. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
    /** Deletes the file of a trace. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/events': {
    /** Server-sent events: what has changed, as {"changes":[{"event":"queue.created","vhost":"/","name":"q"}]}. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
  }
  readonly '/events/lines': {
    /** Events as they happen, a JSON object in each line: what amq.rabbitmq.event tells in headers. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
  }
  readonly '/login': {
    /** Logs a browser in: answers with a session cookie. Takes JSON or a form. */
    readonly POST: {
      readonly query: never
      readonly body: {
        readonly username: string
        readonly password: string
      }
      readonly answer: {
        readonly user: WhoAmI
        readonly token: {
          readonly type: 'basic'
          readonly value: string
        }
      }
    }
    /** Ends the session of the cookie. */
    readonly DELETE: {
      readonly query: never
      readonly body: undefined
      readonly answer: undefined
    }
  }
  readonly '/docs/openapi.json': {
    /** This API in the words of OpenAPI. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: { readonly [name: string]: unknown }
    }
  }
  readonly '/docs': {
    /** This API on a page. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
  }
  readonly '/index.html': {
    /** This API on a page. */
    readonly GET: {
      readonly query: never
      readonly body: undefined
      readonly answer: unknown
    }
  }
}
