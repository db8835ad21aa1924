import { CliError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { rows } from '../output/result.js'

/** The names that RabbitMQ gives to the buckets of the metric, by their upper bounds in octets. */
const NAMES: Readonly<Record<string, string>> = {
  100: 'below 100B',
  1000: 'between 100B and 1KB',
  10000: 'between 1KB and 10KB',
  100000: 'between 10KB and 100KB',
  1000000: 'between 100KB and 1MB',
  10000000: 'between 1MB and 10MB',
  50000000: 'between 10MB and 50MB',
  100000000: 'between 50MB and 100MB',
  '+Inf': 'above 100MB',
}

/** How large published messages were. */
export const MESSAGE_SIZE_COMMANDS: readonly Command[] = [
  {
    tools: ['rabbitmq-diagnostics'],
    group: 'Diagnostics',
    name: 'message_size_stats',
    summary: 'How many published messages were of which size',
    formatter: 'pretty_table',
    banner: async ({ api }) => `Gathering message size statistics of node ${await api.nodeName()} ...`,
    run: async ({ api }) => {
      const answer = await api.raw({ method: 'GET', path: '/metrics', headers: { accept: '*/*' } })
      if (answer.status !== 200) throw new CliError(EXIT.unavailable, 'the node gives no metrics')
      const cumulated = bucketsIn(answer.body.toString())
      const total = cumulated.at(-1)?.count ?? 0
      let below = 0
      const items = cumulated.map(({ bound, count }) => {
        const own = count - below
        below = count
        const percentage = total === 0 ? 0 : Math.round((10_000 * own) / total) / 100
        return { 'Message Size': NAMES[bound] ?? `up to ${bound}B`, Count: own, 'Percentage (%)': percentage }
      })
      return rows(['Message Size', 'Count', 'Percentage (%)'], items)
    },
  },
]

/** The buckets of all protocols together, in order; each holds what the ones before hold too. */
function bucketsIn(metrics: string): { bound: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const [, bound = '', count] of metrics.matchAll(
    /^rabbitmq_message_size_bytes_bucket\{[^}]*le="([^"]+)"\} (\d+)$/gm,
  ))
    counts.set(bound, (counts.get(bound) ?? 0) + Number(count))
  return [...counts].map(([bound, count]) => ({ bound, count }))
}
