import { useMemo } from 'react'
import { api } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import type { Consumer } from '../api/types.js'
import { Badge, EmptyState, Link, PageHeader, Waiting } from '../components/basics.js'
import { type Column, FilterBox, Table, usePaging, useSorted, useSorting } from '../components/table.js'
import { duration, plural } from '../util/format.js'

const COLUMNS: readonly Column<Consumer>[] = [
  {
    id: 'queue',
    head: 'Queue',
    width: 180,
    grow: 2,
    sort: ({ queue }) => queue.name,
    cell: ({ queue }) => <Link to={['queues', queue.vhost, queue.name]}>{queue.name}</Link>,
  },
  {
    id: 'vhost',
    isMinor: true,
    head: 'Virtual host',
    width: 100,
    sort: ({ queue }) => queue.vhost,
    cell: ({ queue }) => queue.vhost,
  },
  {
    id: 'tag',
    isMinor: true,
    head: 'Consumer tag',
    width: 180,
    grow: 2,
    sort: ({ consumer_tag: tag }) => tag,
    cell: ({ consumer_tag: tag }) => <span className="mono">{tag}</span>,
  },
  {
    id: 'channel',
    head: 'Channel',
    width: 200,
    grow: 2,
    sort: ({ channel_details: channel }) => channel.name ?? '',
    cell: ({ channel_details: { name } }) =>
      name === undefined ? '' : <Link to={['channels', name]}>{name}</Link>,
  },
  {
    id: 'state',
    head: 'State',
    width: 120,
    grow: 0,
    sort: ({ activity_status: status }) => status,
    cell: ({ active, activity_status: status }) => (
      <Badge tone={active ? 'good' : 'neutral'}>{status.replace('_', ' ')}</Badge>
    ),
  },
  {
    id: 'acks',
    isMinor: true,
    head: 'Acks',
    width: 96,
    grow: 0,
    sort: ({ ack_required: ack }) => Number(ack),
    cell: ({ ack_required: ack }) => (ack ? 'manual' : 'automatic'),
  },
  {
    id: 'prefetch',
    head: 'Prefetch',
    width: 92,
    grow: 0,
    isNumber: true,
    sort: ({ prefetch_count: n }) => n,
    cell: ({ prefetch_count: n }) => (n === 0 ? 'no limit' : n),
  },
  {
    id: 'timeout',
    isMinor: true,
    head: 'Ack timeout',
    width: 108,
    grow: 0,
    isNumber: true,
    cell: ({ consumer_timeout: ms }) => (typeof ms === 'number' ? duration(ms) : 'none'),
  },
]

export default function Consumers() {
  const { data, error, refetch } = useApi(api('/consumers', {}))
  const { name } = usePaging()
  const filtered = useMemo(() => {
    const wanted = name.toLowerCase()
    return (data ?? []).filter(({ queue, consumer_tag: tag, channel_details: channel }) =>
      `${queue.name} ${tag} ${channel.name ?? ''} ${channel.user ?? ''}`.toLowerCase().includes(wanted),
    )
  }, [data, name])
  const items = useSorted(filtered, COLUMNS, useSorting('queue'))
  return (
    <div className="page">
      <PageHeader title="Consumers" />
      <FilterBox label="Filter consumers">
        {data !== undefined && (
          <span className="muted">
            {items.length === data.length
              ? plural(data.length, 'consumer')
              : `${items.length} of ${data.length}`}
          </span>
        )}
      </FilterBox>
      {data === undefined ? (
        <Waiting error={error} rows={12} retry={refetch} />
      ) : (
        <Table
          label="Consumers"
          columns={COLUMNS}
          items={items}
          keyOf={({ channel_details: channel, consumer_tag: tag, queue }) =>
            `${channel.name} ${tag} ${queue.name}`
          }
          empty={
            <EmptyState title="No consumers to show">
              Programs that consume from a queue appear here at once.
            </EmptyState>
          }
        />
      )}
    </div>
  )
}
