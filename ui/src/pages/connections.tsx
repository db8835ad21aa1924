import { useState } from 'react'
import { apiPage } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import { useSession } from '../api/session.js'
import type { Connection } from '../api/types.js'
import { Ago, Badge, Button, EmptyState, Link, PageHeader, Waiting } from '../components/basics.js'
import {
  type Column,
  FilterBox,
  Pager,
  sortQuery,
  Table,
  usePaging,
  useSorting,
} from '../components/table.js'
import { byteRate, count, plural } from '../util/format.js'
import { href } from '../util/router.js'
import { CloseDialog } from './close-dialog.js'

const COLUMNS: readonly Column<Connection>[] = [
  {
    id: 'name',
    head: 'Name',
    width: 240,
    grow: 4,
    sort: 'name',
    cell: ({ name, user_provided_name: given }) => (
      <Link to={['connections', name]} title={name}>
        {given === undefined ? name : given}
        {given !== undefined && <span className="muted"> {name}</span>}
      </Link>
    ),
  },
  { id: 'user', head: 'User', width: 110, sort: 'user', cell: ({ user }) => user },
  { id: 'vhost', isMinor: true, head: 'Virtual host', width: 110, sort: 'vhost', cell: ({ vhost }) => vhost },
  {
    id: 'state',
    head: 'State',
    width: 96,
    grow: 0,
    sort: 'state',
    cell: ({ state }) => <ConnectionState state={state} />,
  },
  {
    id: 'protocol',
    isMinor: true,
    head: 'Protocol',
    width: 116,
    grow: 0,
    sort: 'protocol',
    cell: ({ protocol, ssl }) => (ssl ? `${protocol} TLS` : protocol),
  },
  {
    id: 'channels',
    isMinor: true,
    head: 'Channels',
    width: 92,
    grow: 0,
    isNumber: true,
    sort: 'channels',
    cell: ({ channels }) => count(channels),
  },
  {
    id: 'in',
    head: 'In',
    hint: 'Octets from the client',
    width: 108,
    grow: 0,
    isNumber: true,
    sort: 'recv_oct_details.rate',
    cell: ({ recv_oct_details: d }) => byteRate(d?.rate),
  },
  {
    id: 'out',
    head: 'Out',
    hint: 'Octets to the client',
    width: 108,
    grow: 0,
    isNumber: true,
    sort: 'send_oct_details.rate',
    cell: ({ send_oct_details: d }) => byteRate(d?.rate),
  },
  {
    id: 'since',
    isMinor: true,
    head: 'Since',
    width: 130,
    grow: 0,
    sort: 'connected_at',
    cell: ({ connected_at: ms }) => <Ago ms={ms} />,
  },
]

export default function Connections() {
  const paging = usePaging()
  const sorting = useSorting('name')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [isClosing, setClosing] = useState(false)
  const { data, error, refetch, isPlaceholderData } = useApi(
    apiPage('/connections', {}, { ...paging, ...sortQuery(COLUMNS, sorting) }),
  )
  const { isAdministrator, user: reader } = useSession()
  const chosenItems = data?.items.filter(({ name }) => chosen.has(name)) ?? []
  const names = chosenItems.map(({ name }) => name)
  const mayClose = isAdministrator || chosenItems.every(({ user }) => user === reader.name)
  return (
    <div className="page">
      <PageHeader title="Connections" />
      <FilterBox label="Filter connections" />
      {names.length > 0 && (
        <div className="bulk">
          {plural(names.length, 'connection')} chosen
          {mayClose && (
            <Button tone="danger" onClick={() => setClosing(true)}>
              Close
            </Button>
          )}
          <Button tone="quiet" onClick={() => setChosen(new Set())}>
            Choose none
          </Button>
        </div>
      )}
      {data === undefined ? (
        <Waiting error={error} rows={12} retry={refetch} />
      ) : (
        <>
          <Table
            label="Connections"
            columns={COLUMNS}
            items={data.items}
            keyOf={({ name }) => name}
            hrefOf={({ name }) => href(['connections', name])}
            selection={{ chosen, change: setChosen }}
            isStale={isPlaceholderData}
            empty={
              <EmptyState
                title={paging.name === '' ? 'Nobody is connected' : 'No connection fits the filter'}
              >
                {paging.name === ''
                  ? 'Programs that connect appear here at once. The overview shows the addresses the broker listens on.'
                  : 'Clear the filter to see all.'}
              </EmptyState>
            }
          />
          <Pager list={data} />
        </>
      )}
      {isClosing && (
        <CloseDialog names={names} onClose={() => setClosing(false)} onDone={() => setChosen(new Set())} />
      )}
    </div>
  )
}

export function ConnectionState({ state }: { readonly state: string | undefined }) {
  if (state === undefined) return <Badge>starting</Badge>
  const tone = state === 'running' ? 'good' : state === 'blocked' || state === 'closing' ? 'bad' : 'warn'
  return <Badge tone={tone}>{state}</Badge>
}
