import { useState } from 'react'
import { api, apiPage, del } from '../api/client.js'
import { useAction, useApi } from '../api/hooks.js'
import { useRights } from '../api/rights.js'
import type { Queue } from '../api/types.js'
import { Badge, Button, EmptyState, Link, PageHeader, Waiting } from '../components/basics.js'
import { ConfirmDialog, useDialog } from '../components/dialog.js'
import {
  type Column,
  FilterBox,
  Pager,
  sortQuery,
  Table,
  usePaging,
  useSorting,
} from '../components/table.js'
import { useVhost, useVhostColumns, VhostChoice } from '../components/vhost-choice.js'
import { bytes, compact, count, plural, rate } from '../util/format.js'
import { href } from '../util/router.js'
import { CreateQueueDialog } from './queue-dialogs.js'
import { queueKey, useForeseenQueues, useQueueIndex } from './queue-index.js'

const FIELDS = [
  'name,vhost,type,durable,auto_delete,exclusive,arguments,policy,operator_policy,state,consumers,memory',
  'messages,messages_ready,messages_unacknowledged',
  'message_stats.publish_details.rate,message_stats.deliver_get_details.rate,message_stats.ack_details.rate',
].join()

const COLUMNS: readonly Column<Queue>[] = [
  {
    id: 'name',
    head: 'Name',
    width: 160,
    grow: 4,
    sort: 'name',
    cell: ({ vhost, name }) => (
      <Link to={['queues', vhost, name]} title={name}>
        {name}
      </Link>
    ),
  },
  { id: 'vhost', head: 'Virtual host', width: 84, sort: 'vhost', cell: ({ vhost }) => vhost },
  { id: 'type', isMinor: true, head: 'Type', width: 74, grow: 0, sort: 'type', cell: ({ type }) => type },
  {
    id: 'traits',
    isMinor: true,
    head: 'Traits',
    width: 150,
    grow: 2,
    cell: (queue) => <Traits queue={queue} />,
  },
  {
    id: 'state',
    isMinor: true,
    head: 'State',
    width: 86,
    grow: 0,
    sort: 'state',
    cell: ({ state }) => <StateBadge state={state} />,
  },
  {
    id: 'ready',
    head: 'Ready',
    width: 76,
    grow: 0,
    isNumber: true,
    sort: 'messages_ready',
    cell: ({ messages_ready: n }) => count(n),
  },
  {
    id: 'unacked',
    isMinor: true,
    head: 'Unacked',
    hint: 'Delivered, not yet acknowledged',
    width: 82,
    grow: 0,
    isNumber: true,
    sort: 'messages_unacknowledged',
    cell: ({ messages_unacknowledged: n }) => count(n),
  },
  {
    id: 'messages',
    isMinor: true,
    head: 'All',
    width: 74,
    grow: 0,
    isNumber: true,
    sort: 'messages',
    cell: ({ messages: n }) => count(n),
  },
  {
    id: 'in',
    head: 'In',
    hint: 'Published per second',
    width: 68,
    grow: 0,
    isNumber: true,
    sort: 'message_stats.publish_details.rate',
    cell: ({ message_stats: stats }) => rate(stats?.publish_details?.rate),
  },
  {
    id: 'out',
    head: 'Out',
    hint: 'Delivered per second',
    width: 68,
    grow: 0,
    isNumber: true,
    sort: 'message_stats.deliver_get_details.rate',
    cell: ({ message_stats: stats }) => rate(stats?.deliver_get_details?.rate),
  },
  {
    id: 'consumers',
    isMinor: true,
    head: 'Consumers',
    width: 92,
    grow: 0,
    isNumber: true,
    sort: 'consumers',
    cell: ({ consumers }) => count(consumers),
  },
  {
    id: 'memory',
    isMinor: true,
    head: 'Memory',
    width: 84,
    grow: 0,
    isNumber: true,
    sort: 'memory',
    cell: ({ memory }) => bytes(memory),
  },
]

export default function Queues() {
  const vhost = useVhost()
  const paging = usePaging()
  const sorting = useSorting('name')
  const dialog = useDialog<'create' | 'delete' | 'purge'>()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const path =
    vhost === ''
      ? apiPage(
          '/queues',
          {},
          {
            ...paging,
            ...sortQuery(COLUMNS, sorting),
            columns: FIELDS,
          },
        )
      : apiPage(
          '/queues/{vhost}',
          { vhost },
          {
            ...paging,
            ...sortQuery(COLUMNS, sorting),
            columns: FIELDS,
          },
        )
  const { data: answer, error, refetch, isPlaceholderData } = useApi(path)
  const [isFiltering, setFiltering] = useState(paging.name !== '')
  // A list on one page is answered as fast without.
  const isLong = answer !== undefined && answer.total_count > answer.page_size
  const index = useQueueIndex(vhost, { isWanted: isLong, isUsed: isFiltering })
  const isForeseeable = isPlaceholderData && paging.page === 1 && sorting.column === 'name'
  const foreseen = useForeseenQueues(isForeseeable ? index : undefined, answer, {
    name: paging.name,
    pageSize: paging.page_size,
    isReverse: sorting.isReverse,
  })
  const data = foreseen ?? answer
  const rights = useRights()
  const columns = useVhostColumns(COLUMNS)
  const chosenQueues = data?.items.filter((queue) => chosen.has(queueKey(queue))) ?? []
  return (
    <div className="page">
      <PageHeader title="Queues and streams">
        {rights.mayAny('configure', vhost) && (
          <Button tone="primary" icon="plus" onClick={() => dialog.show('create')}>
            Add a queue
          </Button>
        )}
      </PageHeader>
      <FilterBox label="Filter queues" onUse={() => setFiltering(true)}>
        <VhostChoice />
      </FilterBox>
      {chosenQueues.length > 0 && (
        <div className="bulk">
          {plural(chosenQueues.length, 'queue')} chosen
          {chosenQueues.every((queue) => rights.may('read', queue.vhost, queue.name)) && (
            <Button onClick={() => dialog.show('purge')}>Purge</Button>
          )}
          {chosenQueues.every((queue) => rights.may('configure', queue.vhost, queue.name)) && (
            <Button tone="danger" icon="trash" onClick={() => dialog.show('delete')}>
              Delete
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
            label="Queues"
            columns={columns}
            items={data.items}
            keyOf={queueKey}
            hrefOf={({ vhost: of, name }) => href(['queues', of, name])}
            selection={{ chosen, change: setChosen }}
            isStale={isPlaceholderData && foreseen === undefined}
            empty={
              paging.name === '' ? (
                <EmptyState
                  title="No queues yet"
                  action={
                    rights.mayAny('configure', vhost) && (
                      <Button tone="primary" icon="plus" onClick={() => dialog.show('create')}>
                        Add a queue
                      </Button>
                    )
                  }
                >
                  Programs declare the queues they use. One can be added here too. Queues of virtual hosts
                  that you have no permission in are not shown.
                </EmptyState>
              ) : (
                <EmptyState title={`No queue has "${paging.name}" in its name`}>
                  Clear the filter to see all.
                </EmptyState>
              )
            }
          />
          <Pager list={data} />
        </>
      )}
      {dialog.open === 'create' && <CreateQueueDialog vhost={vhost} onClose={dialog.close} />}
      {(dialog.open === 'delete' || dialog.open === 'purge') && (
        <BulkDialog
          kind={dialog.open}
          queues={chosenQueues}
          onClose={dialog.close}
          onDone={() => setChosen(new Set())}
        />
      )}
    </div>
  )
}

function BulkDialog(props: {
  readonly kind: 'delete' | 'purge'
  readonly queues: readonly Queue[]
  readonly onClose: () => void
  readonly onDone: () => void
}) {
  const { kind, queues } = props
  const act = useAction()
  const messages = queues.reduce((sum, queue) => sum + (queue.messages ?? 0), 0)
  const verb = kind === 'delete' ? 'Delete' : 'Purge'
  return (
    <ConfirmDialog
      title={`${verb} ${plural(queues.length, 'queue')}`}
      action={verb}
      typed={queues.length === 1 ? (queues[0]?.name ?? '') : `${queues.length} queues`}
      onClose={props.onClose}
      confirm={() =>
        act(
          async () => {
            for (const { vhost, name } of queues) {
              const queue = { vhost, queue: name }
              await del(
                kind === 'purge'
                  ? api('/queues/{vhost}/{queue}/contents', queue)
                  : api('/queues/{vhost}/{queue}', queue),
              )
            }
            props.onDone()
          },
          `${plural(queues.length, 'queue')} ${kind === 'delete' ? 'deleted' : 'purged'}`,
        )
      }
    >
      <p>
        {plural(messages, 'message')} in {plural(queues.length, 'queue')} will be lost. This cannot be undone.
      </p>
      <ul className="code">
        {queues.slice(0, 30).map((queue) => (
          <li key={queueKey(queue)}>
            {queue.name} <span className="muted">{compact(queue.messages)}</span>
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  )
}

export function Traits({ queue }: { readonly queue: Queue }) {
  const args = queue.arguments
  return (
    <span className="badges nowrap">
      {queue.durable && <Badge title="Durable: outlives a restart">D</Badge>}
      {queue.auto_delete && <Badge title="Auto-delete: goes with its last consumer">AD</Badge>}
      {queue.exclusive && <Badge title="Exclusive to its connection">Ex</Badge>}
      {args['x-message-ttl'] !== undefined && <Badge title="Messages expire (x-message-ttl)">TTL</Badge>}
      {args['x-dead-letter-exchange'] !== undefined && (
        <Badge title={`Dead letters go to ${String(args['x-dead-letter-exchange'])}`}>DLX</Badge>
      )}
      {args['x-max-length'] !== undefined && <Badge title="Bounded (x-max-length)">Lim</Badge>}
      {args['x-max-priority'] !== undefined && <Badge title="Ordered by priority">Pri</Badge>}
      {args['x-single-active-consumer'] === true && <Badge title="One active consumer at a time">SAC</Badge>}
      {typeof queue.policy === 'string' && (
        <Badge tone="accent" title={`Policy ${queue.policy}`}>
          {queue.policy}
        </Badge>
      )}
    </span>
  )
}

export function StateBadge({ state }: { readonly state: string | undefined }) {
  if (state === undefined) return <Badge>starting</Badge>
  if (state === 'running' || state === 'idle') return <Badge tone="good">{state}</Badge>
  return <Badge tone={state === 'flow' ? 'warn' : 'bad'}>{state}</Badge>
}
