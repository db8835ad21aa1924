import { DEFAULT_OPTIONS, type PerfOptions } from '../../src/perf/options.js'
import type { MessageReport } from '../../src/perf/report.js'
import { runMessages } from '../../src/perf/scenarios/message-run.js'
import type { RunningBroker } from '../brokers/broker-under-bench.js'
import { processorSeconds } from '../processor-time.js'

/** A broker under growth, and how many messages a measurement moves. */
export interface GrowthRig {
  readonly broker: RunningBroker
  readonly messages: number
}

export function uriOf(broker: RunningBroker): string {
  return `amqp://guest:guest@127.0.0.1:${broker.port}`
}

/** Loads the broker from this process, in one thread. */
export function load(rig: GrowthRig, options: Partial<PerfOptions>): Promise<MessageReport> {
  const run = { ...DEFAULT_OPTIONS, uris: [uriOf(rig.broker)], id: 'growth', threads: 1, intervalSeconds: 0 }
  const control = { signal: new AbortController().signal, progress() {} }
  return runMessages({ ...run, autoAck: true, ...options }, control)
}

/**
 * Processor time of the broker, in nanoseconds, per message of a run; `messagesOf` says how many it counts as. The same
 * run goes before it unmeasured: what setting up has left to be collected or compiled is no cost of a message.
 */
export async function costOf(
  rig: GrowthRig,
  options: Partial<PerfOptions>,
  messagesOf: (report: MessageReport) => number = ({ published }) => published,
): Promise<number> {
  await load(rig, options)
  const before = processorSeconds(rig.broker.pid)
  const report = await load(rig, options)
  return ((processorSeconds(rig.broker.pid) - before) / messagesOf(report)) * 1e9
}
