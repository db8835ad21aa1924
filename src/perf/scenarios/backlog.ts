import type { PerfOptions } from '../options.js'
import type { MessageReport } from '../report.js'
import type { RunControl } from '../run-control.js'
import { runMessages } from './message-run.js'

/**
 * Fills the queues and then empties them. The report has the rate of filling as its publish rate and that of emptying
 * as its consume rate; its time is that of both, and its latency that of the emptying is left out: it is the age of
 * the backlog.
 */
export async function runBacklog(options: PerfOptions, control: RunControl): Promise<MessageReport> {
  const fill = await runMessages({ ...options, consumers: 0, keep: true }, control)
  control.progress(
    `id: ${options.id}, filled with ${fill.left} messages at ${Math.round(fill.publishRate)} msg/s`,
  )
  const consumers = Math.max(1, options.consumers)
  const drain = await runMessages(
    { ...options, publishers: 0, consumers, consumeLimit: 0, warmupSeconds: 0 },
    control,
    fill.left,
  )
  const { latency: _, ...rest } = drain
  return {
    ...rest,
    seconds: fill.seconds + drain.seconds,
    published: fill.published,
    confirmed: fill.confirmed,
    nacked: fill.nacked,
    returned: fill.returned,
    leftBefore: fill.leftBefore,
    publishRate: fill.publishRate,
    confirmRate: fill.confirmRate,
    ...(fill.confirmLatency === undefined ? {} : { confirmLatency: fill.confirmLatency }),
  }
}
