import type { JsonObject } from '../json.js'
import type { Statistics } from './statistics.js'

/** Estimates, in octets: what a connection and a channel take. */
const CONNECTION_BYTES = 12_288
const CHANNEL_BYTES = 6_144

/** Where the memory of the node is, under RabbitMQ's names. What it calls by names of its runtime is 0. */
export interface MemoryBreakdown {
  readonly parts: Readonly<Record<string, number>>
  readonly rss: number
  readonly allocated: number
}

/** Estimates for connections and queues; heap and buffers as the runtime tells. The parts add up to the resident set. */
export function memoryBreakdown({ sources }: Statistics): MemoryBreakdown {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage()
  const connections = sources.peers.size * CONNECTION_BYTES
  const channels = sources.peers.channelCount * CHANNEL_BYTES
  const binary = Math.max(external, arrayBuffers)
  const other = Math.max(0, heapUsed - connections - channels)
  const known = connections + channels + binary + other
  const parts = {
    connection_readers: Math.floor(connections / 2),
    connection_writers: Math.ceil(connections / 2),
    connection_channels: channels,
    connection_other: 0,
    queue_procs: 0,
    quorum_queue_procs: 0,
    quorum_queue_dlx_procs: 0,
    stream_queue_procs: 0,
    stream_queue_replica_reader_procs: 0,
    stream_queue_coordinator_procs: 0,
    plugins: 0,
    metadata_store: 0,
    other_proc: other,
    metrics: 0,
    mgmt_db: 0,
    mnesia: 0,
    quorum_ets: 0,
    metadata_store_ets: 0,
    other_ets: 0,
    binary,
    msg_index: 0,
    code: 0,
    atom: 0,
    other_system: Math.max(0, rss - known - Math.max(0, heapTotal - heapUsed)),
    allocated_unused: Math.max(0, heapTotal - heapUsed),
    reserved_unallocated: 0,
  }
  return { parts, rss, allocated: heapTotal + external }
}

/** `{memory}` of `nodes/N/memory`, in octets. */
export function memoryView(statistics: Statistics): JsonObject {
  const { parts, rss, allocated } = memoryBreakdown(statistics)
  return { memory: { ...parts, strategy: 'rss', total: { erlang: rss, rss, allocated } } }
}

/** The same in whole percent of the resident set. */
export function relativeMemoryView(statistics: Statistics): JsonObject {
  const { parts, rss } = memoryBreakdown(statistics)
  const shares = Object.entries(parts).map(([name, bytes]) => [name, Math.round((bytes * 100) / rss)])
  return { memory: { ...Object.fromEntries(shares), total: 100 } }
}
