import type { Lengths, MessageStats } from '../api/types.js'
import { compact, rate } from '../util/format.js'
import { Chart, type Series } from './chart.js'

/** How many messages wait, and how. */
export function LengthChart({ lengths }: { readonly lengths: Lengths }) {
  return (
    <Chart
      label="Queued messages"
      format={compact}
      series={[
        {
          label: 'Ready',
          color: 4,
          kind: 'value',
          details: lengths.messages_ready_details,
          now: lengths.messages_ready,
        },
        {
          label: 'Unacked',
          color: 1,
          kind: 'value',
          details: lengths.messages_unacknowledged_details,
          now: lengths.messages_unacknowledged,
        },
        { label: 'All', color: 6, kind: 'value', details: lengths.messages_details, now: lengths.messages },
      ]}
    />
  )
}

const RATES: readonly (readonly [keyof MessageStats, string, Series['color']])[] = [
  ['publish_in_details', 'Published in', 1],
  ['publish_out_details', 'Routed out', 2],
  ['publish_details', 'Published', 1],
  ['confirm_details', 'Confirmed', 6],
  ['deliver_get_details', 'Delivered', 2],
  ['ack_details', 'Acked', 3],
  ['redeliver_details', 'Redelivered', 4],
  ['return_unroutable_details', 'Returned', 5],
  ['drop_unroutable_details', 'Dropped', 5],
]

/** Messages per second. Which lines there are depends on what is looked at. */
export function RateChart({ stats }: { readonly stats: MessageStats | undefined }) {
  const found = RATES.filter(([name]) => stats?.[name] !== undefined)
  const shown = found.filter(([name]) => !/return|drop|redeliver/.test(name) || hasHappened(stats, name))
  return (
    <Chart
      label="Message rates"
      format={rate}
      series={shown.map(([name, label, color]) => ({
        label,
        color,
        kind: 'rate',
        details: stats?.[name] as Series['details'],
      }))}
    />
  )
}

/** Lines of what never happens only take room. */
function hasHappened(stats: MessageStats | undefined, name: keyof MessageStats): boolean {
  const total = stats?.[name.replace('_details', '') as keyof MessageStats]
  return typeof total === 'number' && total > 0
}
