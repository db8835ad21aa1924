import { useState } from 'react'
import { api, get } from '../api/client.js'
import { useAction, useApi } from '../api/hooks.js'
import type { PeekedMessage, Queue } from '../api/types.js'
import { Badge, Button, EmptyState, Waiting } from '../components/basics.js'
import { ConfirmDialog, useDialog } from '../components/dialog.js'
import { MessageDialog } from '../components/message-dialog.js'
import { type Draft, PublishDialog } from '../components/publish-dialog.js'
import { type Column, Table } from '../components/table.js'
import { bytes, count, duration, NONE, plural } from '../util/format.js'
import { deathsOf, propertiesOf, reasonText } from '../util/message.js'
import { setQuery, usePlace } from '../util/router.js'
import { MoveDialog, transfer } from './queue-dialogs.js'

const PAGE_SIZE = 50
/** Octets of a body that a list shows; a message that is opened is loaded whole up to the second. */
const LIST_OCTETS = 2000
const OPEN_OCTETS = 4 * 1024 * 1024

const COLUMNS: readonly Column<PeekedMessage>[] = [
  {
    id: 'state',
    head: 'State',
    width: 96,
    grow: 0,
    cell: ({ state, redelivered }) => (
      <Badge
        tone={state === 'ready' ? 'good' : 'warn'}
        title={redelivered ? 'Was delivered before' : undefined}
      >
        {state}
        {redelivered ? ' ↻' : ''}
      </Badge>
    ),
  },
  {
    id: 'key',
    head: 'Routing key',
    width: 140,
    cell: ({ routing_key: key }) => <span className="mono">{key}</span>,
  },
  { id: 'death', head: 'Died', width: 150, grow: 1, cell: (message) => <DeathCell message={message} /> },
  {
    id: 'body',
    head: 'Body',
    width: 240,
    grow: 4,
    cell: ({ payload, payload_encoding: encoding }) =>
      encoding === 'string' ? (
        <span className="mono">{payload.slice(0, 200)}</span>
      ) : (
        <span className="muted">octets: {payload.slice(0, 60)}</span>
      ),
  },
  {
    id: 'size',
    head: 'Size',
    width: 84,
    grow: 0,
    isNumber: true,
    cell: ({ payload_bytes: size }) => bytes(size),
  },
  {
    id: 'age',
    head: 'Age',
    width: 96,
    grow: 0,
    isNumber: true,
    cell: ({ age_ms: age }) => (age === null ? NONE : duration(age)),
  },
]

/** Looks into a queue and leaves the messages where they are. */
export function QueueMessages({ queue }: { readonly queue: Queue }) {
  const { query } = usePlace()
  const act = useAction()
  const dialog = useDialog<'move' | 'drop' | 'dead'>()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [open, setOpen] = useState<PeekedMessage>()
  const [draft, setDraft] = useState<Draft>()
  const state = query.get('state') ?? 'all'
  const cursor = query.get('cursor') ?? undefined
  const path = api(
    '/queues/{vhost}/{queue}/messages',
    { vhost: queue.vhost, queue: queue.name },
    {
      count: PAGE_SIZE,
      truncate: LIST_OCTETS,
      cursor,
      state: state === 'all' ? undefined : state,
      routing_key: query.get('key') ?? undefined,
      body: query.get('body') ?? undefined,
    },
  )
  const { data, error, refetch, isFetching, isPlaceholderData } = useApi(path, { every: false })
  const messages = data?.messages ?? []
  const chosenReady = messages.filter(({ position, state: each }) => chosen.has(position) && each === 'ready')
  const positions = chosenReady.map(({ position }) => position)
  const canSendBack =
    chosenReady.length > 0 && chosenReady.every((message) => deathsOf(propertiesOf(message)).length > 0)
  const hasDead = messages.some((message) => deathsOf(propertiesOf(message)).length > 0)
  const isStream = queue.type === 'stream'

  async function openWhole(message: PeekedMessage): Promise<void> {
    setOpen(message)
    const whole = await get(
      api(
        '/queues/{vhost}/{queue}/messages',
        { vhost: queue.vhost, queue: queue.name },
        {
          count: 1,
          cursor: message.position,
          truncate: OPEN_OCTETS,
        },
      ),
    ).catch(() => undefined)
    const found = whole?.messages[0]
    if (found?.position === message.position) setOpen((now) => (now === message ? found : now))
  }

  return (
    <>
      <div className="filter-bar">
        <select
          className="input filter-small"
          aria-label="State"
          value={state}
          onChange={(event) =>
            setQuery({ state: event.target.value === 'all' ? '' : event.target.value, cursor: '' })
          }
        >
          <option value="all">Ready and unacked</option>
          <option value="ready">Ready</option>
          <option value="unacked">Unacked</option>
        </select>
        <input
          className="input mono filter-medium"
          aria-label="Routing key is"
          placeholder="routing key is…"
          value={query.get('key') ?? ''}
          onChange={(event) => setQuery({ key: event.target.value, cursor: '' })}
        />
        <input
          className="input filter-medium"
          aria-label="Body holds"
          placeholder="body holds…"
          value={query.get('body') ?? ''}
          onChange={(event) => setQuery({ body: event.target.value, cursor: '' })}
        />
        <Button icon="refresh" disabled={isFetching} onClick={() => void refetch()}>
          Look again
        </Button>
        {hasDead && chosenReady.length === 0 && (
          <span className="muted">Choose messages to send them back to where they died.</span>
        )}
      </div>
      {chosenReady.length > 0 && (
        <div className="bulk">
          {plural(chosenReady.length, 'ready message')} chosen
          {canSendBack && (
            <Button
              tone="primary"
              onClick={() =>
                void transfer(act, queue, { action: 'send_back', positions }, 'sent back').then(() =>
                  setChosen(new Set()),
                )
              }
            >
              Send back to where they died
            </Button>
          )}
          <Button onClick={() => dialog.show('move')}>Move</Button>
          <Button
            onClick={() =>
              void transfer(
                act,
                queue,
                { action: 'move', exchange: '', routing_key: queue.name, positions, to_end: true },
                'put at the end',
              ).then(() => setChosen(new Set()))
            }
          >
            Requeue at the end
          </Button>
          <Button onClick={() => dialog.show('dead')}>Dead-letter</Button>
          <Button tone="danger" icon="trash" onClick={() => dialog.show('drop')}>
            Delete
          </Button>
        </div>
      )}
      {data === undefined ? (
        <Waiting error={error} rows={10} retry={refetch} />
      ) : (
        <>
          <Table
            label="Messages"
            columns={hasDead ? COLUMNS : COLUMNS.filter(({ id }) => id !== 'death')}
            items={messages}
            keyOf={({ position }) => position}
            isStale={isPlaceholderData}
            {...(isStream ? {} : { selection: { chosen, change: setChosen } })}
            onOpen={(message) => void openWhole(message)}
            empty={
              <EmptyState title="No messages here">
                {data.next_cursor === null
                  ? 'The queue holds none, or none that fit. Looking takes nothing out of it.'
                  : `None fit among the ${count(data.scanned)} that were looked at. Look further for more.`}
              </EmptyState>
            }
          />
          <div className="pager">
            <span className="muted">Looked at {plural(data.scanned, 'message')}; none was taken.</span>
            <div className="pager-pages">
              {cursor !== undefined && <Button onClick={() => setQuery({ cursor: '' })}>To the first</Button>}
              <Button
                disabled={data.next_cursor === null}
                onClick={() => setQuery({ cursor: data.next_cursor ?? '' })}
              >
                Further
              </Button>
            </div>
          </div>
        </>
      )}
      {open !== undefined && (
        <MessageDialog
          key={open.payload.length}
          message={open}
          onClose={() => setOpen(undefined)}
          onCopy={(copy) => {
            setOpen(undefined)
            setDraft(copy)
          }}
        />
      )}
      {draft !== undefined && (
        <PublishDialog vhost={queue.vhost} draft={draft} onClose={() => setDraft(undefined)} />
      )}
      {dialog.open === 'move' && (
        <MoveDialog
          queue={queue}
          positions={positions}
          onClose={dialog.close}
          onDone={() => setChosen(new Set())}
        />
      )}
      {(dialog.open === 'drop' || dialog.open === 'dead') && (
        <ConfirmDialog
          title={`${dialog.open === 'drop' ? 'Delete' : 'Dead-letter'} ${plural(positions.length, 'message')}`}
          action={dialog.open === 'drop' ? 'Delete' : 'Dead-letter'}
          typed={queue.name}
          onClose={dialog.close}
          confirm={async () => {
            const action = dialog.open === 'drop' ? 'drop' : 'dead_letter'
            const isDone = await transfer(
              act,
              queue,
              { action, positions },
              action === 'drop' ? 'deleted' : 'dead-lettered',
            )
            setChosen(new Set())
            return isDone
          }}
        >
          <p>
            {dialog.open === 'drop'
              ? 'The messages will be lost. This cannot be undone.'
              : 'The messages go to the dead-letter exchange; without one they are lost.'}
          </p>
        </ConfirmDialog>
      )}
    </>
  )
}

function DeathCell({ message }: { readonly message: PeekedMessage }) {
  const death = deathsOf(propertiesOf(message))[0]
  if (death === undefined) return NONE
  return (
    <span title={reasonText(death.reason)}>
      <Badge tone="warn">{death.reason}</Badge> {death.queue}
    </span>
  )
}
