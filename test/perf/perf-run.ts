import assert from 'node:assert/strict'
import { DEFAULT_OPTIONS, type PerfOptions } from '../../src/perf/options.js'
import type { MessageReport, OperationReport, Report } from '../../src/perf/report.js'
import { runScenario } from '../../src/perf/run.js'

/** How a test follows or ends a run. */
interface Watch {
  readonly signal?: AbortSignal
  readonly progress?: (line: string) => void
}

/** Runs a scenario of messages against a broker under test: in this thread and silently, unless told otherwise. */
export async function messageRun(
  broker: { readonly url: string },
  options: Partial<PerfOptions>,
  watch: Watch = {},
): Promise<MessageReport> {
  const report = await run(broker, options, watch)
  assert.ok(report.kind === 'messages')
  return report
}

/** Runs a scenario of operations in the same way. */
export async function operationRun(
  broker: { readonly url: string },
  options: Partial<PerfOptions>,
  watch: Watch = {},
): Promise<OperationReport> {
  const report = await run(broker, options, watch)
  assert.ok(report.kind === 'operations')
  return report
}

function run(broker: { readonly url: string }, options: Partial<PerfOptions>, watch: Watch): Promise<Report> {
  const quiet = { ...DEFAULT_OPTIONS, uris: [broker.url], threads: 1, intervalSeconds: 0, ...options }
  const { signal = new AbortController().signal, progress = () => {} } = watch
  return runScenario(quiet, { signal, progress })
}
