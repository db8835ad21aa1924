import { apiPage } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import type { Channel } from '../api/types.js'
import { Badge, EmptyState, Link, PageHeader, Waiting } from '../components/basics.js'
import {
  type Column,
  FilterBox,
  Pager,
  sortQuery,
  Table,
  usePaging,
  useSorting,
} from '../components/table.js'
import { count, rate } from '../util/format.js'
import { href } from '../util/router.js'
import { ConnectionState } from './connections.js'

const COLUMNS: readonly Column<Channel>[] = [
  {
    id: 'name',
    head: 'Channel',
    width: 220,
    grow: 4,
    sort: 'name',
    cell: ({ name }) => (
      <Link to={['channels', name]} title={name}>
        {name}
      </Link>
    ),
  },
  { id: 'user', isMinor: true, head: 'User', width: 84, sort: 'user', cell: ({ user }) => user },
  { id: 'vhost', isMinor: true, head: 'Virtual host', width: 90, sort: 'vhost', cell: ({ vhost }) => vhost },
  {
    id: 'mode',
    isMinor: true,
    head: 'Mode',
    width: 92,
    grow: 0,
    cell: (channel) => <ChannelMode channel={channel} />,
  },
  {
    id: 'state',
    isMinor: true,
    head: 'State',
    width: 84,
    grow: 0,
    sort: 'state',
    cell: ({ state }) => <ConnectionState state={state} />,
  },
  {
    id: 'prefetch',
    isMinor: true,
    head: 'Prefetch',
    width: 80,
    grow: 0,
    isNumber: true,
    sort: 'prefetch_count',
    cell: ({ prefetch_count: n }) => count(n),
  },
  {
    id: 'unacked',
    head: 'Unacked',
    width: 80,
    grow: 0,
    isNumber: true,
    sort: 'messages_unacknowledged',
    cell: ({ messages_unacknowledged: n }) => count(n),
  },
  {
    id: 'unconfirmed',
    isMinor: true,
    head: 'Unconfirmed',
    width: 100,
    grow: 0,
    isNumber: true,
    sort: 'messages_unconfirmed',
    cell: ({ messages_unconfirmed: n }) => count(n),
  },
  {
    id: 'publish',
    head: 'Published',
    width: 88,
    grow: 0,
    isNumber: true,
    sort: 'message_stats.publish_details.rate',
    cell: ({ message_stats: s }) => rate(s?.publish_details?.rate),
  },
  {
    id: 'deliver',
    head: 'Delivered',
    width: 88,
    grow: 0,
    isNumber: true,
    sort: 'message_stats.deliver_get_details.rate',
    cell: ({ message_stats: s }) => rate(s?.deliver_get_details?.rate),
  },
  {
    id: 'ack',
    head: 'Acked',
    width: 76,
    grow: 0,
    isNumber: true,
    sort: 'message_stats.ack_details.rate',
    cell: ({ message_stats: s }) => rate(s?.ack_details?.rate),
  },
]

export default function Channels() {
  const paging = usePaging()
  const sorting = useSorting('name')
  const { data, error, refetch, isPlaceholderData } = useApi(
    apiPage('/channels', {}, { ...paging, ...sortQuery(COLUMNS, sorting) }),
  )
  return (
    <div className="page">
      <PageHeader title="Channels" />
      <FilterBox label="Filter channels" />
      {data === undefined ? (
        <Waiting error={error} rows={12} retry={refetch} />
      ) : (
        <>
          <Table
            label="Channels"
            columns={COLUMNS}
            items={data.items}
            keyOf={({ name }) => name}
            hrefOf={({ name }) => href(['channels', name])}
            isStale={isPlaceholderData}
            empty={
              <EmptyState title="No channel to show">
                Clients open channels on their connections; they appear here at once.
              </EmptyState>
            }
          />
          <Pager list={data} />
        </>
      )}
    </div>
  )
}

export function ChannelMode({ channel }: { readonly channel: Channel }) {
  if (channel.transactional) return <Badge title="Publishes and acks in transactions">transaction</Badge>
  if (channel.confirm) return <Badge title="The broker confirms publishes">confirms</Badge>
  return <Badge title="Publishes without confirms">plain</Badge>
}
