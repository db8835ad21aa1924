import type { PerfOptions, Scenario } from './options.js'
import type { Report } from './report.js'
import type { RunControl } from './run-control.js'
import { runBacklog } from './scenarios/backlog.js'
import { runBindingChurn, runConnectionChurn, runQueueChurn } from './scenarios/churn.js'
import { runConnectionCount, runQueueCount } from './scenarios/counts.js'
import { runMessages } from './scenarios/message-run.js'

const RUNNERS: Readonly<Record<Scenario, (options: PerfOptions, control: RunControl) => Promise<Report>>> = {
  throughput: runMessages,
  latency: runMessages,
  'connection-churn': runConnectionChurn,
  'queue-churn': runQueueChurn,
  'binding-churn': runBindingChurn,
  'connection-count': runConnectionCount,
  'queue-count': runQueueCount,
  backlog: runBacklog,
}

/** Runs a scenario to its end. Rejects when the broker refuses something or a connection is lost. */
export function runScenario(options: PerfOptions, control: RunControl): Promise<Report> {
  return RUNNERS[options.scenario](options, control)
}
