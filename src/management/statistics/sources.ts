import type { PeerDirectory } from '../../core/peers.js'
import type { QueueType } from '../../core/queue/settings.js'
import type { Churn, QueueCounters, QueueDetails, QueueStatistics } from '../../core/statistics.js'
import type { Topology } from '../../core/topology/topology.js'

/** Where statistics come from. */
export interface StatisticsSources {
  readonly topology: Topology
  readonly peers: PeerDirectory
  readonly queues: QueueSource
  readonly probe: NodeProbe
  readonly churn: Churn
}

/** Queues, on whichever shard they are. */
export interface QueueSource {
  /** Fills `into`; false when there is no such queue (any more). */
  statisticsOf(queueId: number, into: QueueStatistics): boolean
  detailsOf(queueId: number): QueueDetails | undefined
  /** What went through all queues of a type, deleted ones included; of one vhost or of the node. */
  totalsOf(type: QueueType, vhost: string | undefined): QueueCounters
}

/** What the machine says about the process. */
export interface NodeProbe {
  /** Resident set, in octets. */
  memoryUsed(): number
  readonly memoryLimit: number
  /** Octets free where the data is; `undefined` when nothing is kept on disk or nobody looked yet. */
  diskFree(): number | undefined
  readonly diskFreeLimit: number
  /** Open file descriptors, and how many there may be. */
  fileDescriptorsUsed(): number
  readonly fileDescriptorsTotal: number
  /** Garbage collections so far. */
  collections(): number
  /** When the node came up, ms since the epoch. */
  readonly startedAtMs: number
}
