import type { Histogram, LatencySummary } from './histogram.js'
import type { Scenario } from './options.js'

/** What a run found. Rates are per second, latencies in microseconds. */
export type Report = MessageReport | OperationReport

/** Rates and latencies are those of the measured time; counts are those of the whole run. */
export interface MessageReport {
  readonly kind: 'messages'
  readonly scenario: Scenario
  readonly id: string
  /** Measured time. */
  readonly seconds: number
  readonly published: number
  readonly confirmed: number
  /** Publishes that the broker refused. */
  readonly nacked: number
  /** Mandatory messages that no queue took. */
  readonly returned: number
  readonly consumed: number
  /** Ready messages in the queues, before and after. */
  readonly leftBefore: number
  readonly left: number
  readonly publishRate: number
  readonly confirmRate: number
  readonly consumeRate: number
  /** From publishing to delivery, where bodies have room for the time. */
  readonly latency?: LatencyReport
  /** From publishing to confirm. */
  readonly confirmLatency?: LatencyReport
}

/** Connections, queues and bindings that were made and removed. */
export interface OperationReport {
  readonly kind: 'operations'
  readonly scenario: Scenario
  readonly id: string
  readonly seconds: number
  /** What one operation is: `open and close a connection`. */
  readonly operation: string
  readonly operations: number
  readonly rate: number
  readonly latency: LatencyReport
}

export interface LatencyReport extends LatencySummary {
  /** Counts by powers of two of a microsecond. */
  readonly histogram: readonly { readonly upTo: number; readonly count: number }[]
}

/** The report of what a histogram holds; undefined when it is empty. */
export function latencyReport(histogram: Histogram): LatencyReport | undefined {
  if (histogram.count === 0) return undefined
  return { ...histogram.summary(), histogram: histogram.rows() }
}
