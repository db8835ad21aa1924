import { type FormEvent, useEffect, useMemo, useState } from 'react'
import { api, del, get, post, put } from '../api/client.js'
import { useAction, useApi } from '../api/hooks.js'
import type { PeekedMessage, Queue } from '../api/types.js'
import { Badge, Button, Clock, EmptyState, ErrorState, PageHeader, Panel } from '../components/basics.js'
import { SelectField, TextField } from '../components/fields.js'
import { MessageDialog } from '../components/message-dialog.js'
import { ACTIONS, PlainTable } from '../components/plain-table.js'
import { type Draft, PublishDialog } from '../components/publish-dialog.js'
import { type Column, Table } from '../components/table.js'
import { useVhostNames, VhostField } from '../components/vhost-choice.js'
import { bytes, plural } from '../util/format.js'
import { download, propertiesOf } from '../util/message.js'
import { setQuery, usePlace } from '../util/router.js'

/** Copies of what passes are published here while a virtual host is traced. */
const TRACE_EXCHANGE = 'amq.rabbitmq.trace'
/** A trace is a queue with this in front of its name, which keeps the newest and goes when nobody looks any more. */
const PREFIX = 'leveret.trace.'
const KEPT_MAX = 1000
const EXPIRES_MS = 60_000
const KEEP_ALIVE_MS = 20_000
const LOOK_MS = 1000
const LOOK_COUNT = 500
/** Octets of a body that are shown. */
const BODY_OCTETS = 65_536

/** A message that passed: the copy with what the firehose says of it. */
interface Traced {
  readonly position: string
  readonly seenMs: number
  readonly isPublish: boolean
  /** The exchange it was published to, or the queue it was delivered from. */
  readonly where: string
  readonly key: string
  readonly user: string
  readonly connection: string
  readonly queues: readonly string[]
  readonly message: PeekedMessage
}

const COLUMNS: readonly Column<Traced>[] = [
  { id: 'seen', head: 'Seen', width: 92, grow: 0, cell: ({ seenMs }) => <Clock ms={seenMs} /> },
  {
    id: 'kind',
    head: 'What',
    width: 104,
    grow: 0,
    cell: ({ isPublish }) => (
      <Badge tone={isPublish ? 'accent' : 'good'}>{isPublish ? 'published' : 'delivered'}</Badge>
    ),
  },
  {
    id: 'where',
    head: 'Exchange or queue',
    width: 160,
    cell: ({ where }) => (where === '' ? '(default exchange)' : where),
  },
  { id: 'key', head: 'Routing key', width: 160, cell: ({ key }) => <span className="mono">{key}</span> },
  { id: 'user', head: 'User', width: 90, grow: 0, cell: ({ user }) => user },
  {
    id: 'queues',
    head: 'Routed to',
    width: 140,
    cell: ({ isPublish, queues }) =>
      isPublish ? queues.length === 0 ? <Badge tone="warn">no queue</Badge> : queues.join(', ') : '',
  },
  {
    id: 'body',
    head: 'Body',
    width: 200,
    grow: 3,
    cell: ({ message }) => (
      <span className="mono">
        {message.payload_encoding === 'string' ? message.payload.slice(0, 160) : '(octets)'}
      </span>
    ),
  },
  {
    id: 'size',
    head: 'Size',
    width: 80,
    grow: 0,
    isNumber: true,
    cell: ({ message }) => bytes(message.payload_bytes),
  },
]

export default function Tracing() {
  const { query } = usePlace()
  const vhosts = useVhostNames()
  const vhost = query.get('vhost') ?? vhosts[0] ?? '/'
  const trace = query.get('trace') ?? ''
  const traces = useApi(
    api('/exchanges/{vhost}/{exchange}/bindings/source', { vhost, exchange: TRACE_EXCHANGE }),
    {
      every: 5000,
      enabled: vhosts.length > 0,
    },
  )
  const own = (traces.data ?? []).filter(({ destination }) => destination.startsWith(PREFIX))
  const current = own.find(({ destination }) => destination === trace)
  return (
    <div className="page">
      <PageHeader
        title="Tracing"
        note="Shows messages as they are published and delivered, without taking any. A trace ends by itself when nobody looks at it."
      />
      <StartPanel vhost={vhost} />
      {own.length > 0 && (
        <Panel title="Traces that run">
          <PlainTable heads={['Trace', 'Pattern', ACTIONS]}>
            {own.map(({ destination, routing_key: pattern }) => (
              <TraceRow
                key={destination}
                vhost={vhost}
                name={destination}
                pattern={pattern}
                isShown={destination === trace}
              />
            ))}
          </PlainTable>
        </Panel>
      )}
      {current !== undefined && <TraceView key={trace} vhost={vhost} trace={trace} />}
      {current === undefined && own.length === 0 && traces.data !== undefined && (
        <EmptyState title="No trace runs here">
          Say above what you want to see, and start one. Tracing copies every message that fits, so a busy
          broker works more while it lasts.
        </EmptyState>
      )}
    </div>
  )
}

function StartPanel({ vhost }: { readonly vhost: string }) {
  const act = useAction()
  const [kind, setKind] = useState('#')
  const [name, setName] = useState('')
  const pattern = kind === '#' ? '#' : name === '' ? `${kind}.#` : `${kind}.${name}`
  async function start(event: FormEvent): Promise<void> {
    event.preventDefault()
    const trace = `${PREFIX}${Date.now().toString(36)}`
    const isStarted = await act(async () => {
      await declareTrace(vhost, trace)
      await post(
        api('/bindings/{vhost}/e/{source}/q/{destination}', {
          vhost,
          source: TRACE_EXCHANGE,
          destination: trace,
        }),
        { routing_key: pattern },
      )
      await startTracing(vhost)
    }, 'Tracing')
    if (isStarted) setQuery({ vhost, trace })
  }
  return (
    <Panel>
      <form className="stack" onSubmit={(event) => void start(event)}>
        <div className="columns">
          <VhostField value={vhost} onChange={(value) => setQuery({ vhost: value, trace: undefined })} />
          <SelectField
            label="What"
            value={kind}
            onChange={setKind}
            options={[
              ['#', 'everything'],
              ['publish', 'what is published'],
              ['deliver', 'what is delivered'],
            ]}
          />
          {kind !== '#' && (
            <TextField
              label={kind === 'publish' ? 'To exchange' : 'From queue'}
              hint="Empty for all; * and # as in topics."
              value={name}
              onChange={setName}
              mono
            />
          )}
        </div>
        <div>
          <Button type="submit" tone="primary" icon="tracing">
            Start a trace
          </Button>
        </div>
      </form>
    </Panel>
  )
}

function TraceRow(props: {
  readonly vhost: string
  readonly name: string
  readonly pattern: string
  readonly isShown: boolean
}) {
  const { vhost, name, pattern, isShown } = props
  const act = useAction()
  async function stop(): Promise<void> {
    // With the last trace of a virtual host the broker ends its tracing.
    await act(() => del(api('/queues/{vhost}/{queue}', { vhost, queue: name })), 'The trace has ended')
    if (isShown) setQuery({ trace: undefined })
  }
  return (
    <tr>
      <td>
        {name.slice(PREFIX.length)} {isShown && <Badge tone="accent">shown below</Badge>}
      </td>
      <td className="mono">{pattern}</td>
      <td className="number">
        {!isShown && (
          <Button tone="quiet" onClick={() => setQuery({ trace: name })}>
            Show
          </Button>
        )}
        <Button tone="quiet" onClick={() => void stop()}>
          Stop
        </Button>
      </td>
    </tr>
  )
}

function TraceView({ vhost, trace }: { readonly vhost: string; readonly trace: string }) {
  const { query } = usePlace()
  const { traced, error, isPaused, setPaused } = useTrace(vhost, trace)
  const [open, setOpen] = useState<PeekedMessage>()
  const [draft, setDraft] = useState<Draft>()
  const filter = (query.get('name') ?? '').toLowerCase()
  const shown = useMemo(
    () =>
      traced.filter(({ where, key, user, message }) =>
        `${where} ${key} ${user} ${message.payload}`.toLowerCase().includes(filter),
      ),
    [traced, filter],
  )
  if (error !== undefined) return <ErrorState error={error} />
  return (
    <>
      <div className="filter-bar">
        <input
          className="input filter-medium"
          aria-label="Only those that hold"
          placeholder="key, user or body holds…"
          value={query.get('name') ?? ''}
          onChange={(event) => setQuery({ name: event.target.value })}
        />
        <Button onClick={() => setPaused(!isPaused)}>{isPaused ? 'Go on' : 'Pause'}</Button>
        <Button
          icon="download"
          disabled={shown.length === 0}
          onClick={() => download('trace.json', JSON.stringify(shown, null, 2), 'application/json')}
        >
          Download
        </Button>
        <span className="muted">
          {plural(shown.length, 'message')}, the newest first; the last {KEPT_MAX} are kept
        </span>
      </div>
      <Table
        label="Traced messages"
        columns={COLUMNS}
        items={shown}
        keyOf={({ position }) => position}
        onOpen={({ message }) => setOpen(message)}
        empty={
          traced.length === 0 ? (
            <EmptyState title="Nothing has passed yet">
              Messages appear within a second of passing.
            </EmptyState>
          ) : (
            <EmptyState title="No message holds that">
              Clear the filter to see all that have passed.
            </EmptyState>
          )
        }
      />
      {open !== undefined && (
        <MessageDialog
          message={open}
          onClose={() => setOpen(undefined)}
          onCopy={(copy) => {
            setOpen(undefined)
            setDraft(copy)
          }}
        />
      )}
      {draft !== undefined && (
        <PublishDialog vhost={vhost} draft={draft} onClose={() => setDraft(undefined)} />
      )}
    </>
  )
}

/** Reads on in the queue of a trace, and keeps it alive. */
function useTrace(vhost: string, trace: string) {
  const [traced, setTraced] = useState<readonly Traced[]>([])
  const [error, setError] = useState<Error>()
  const [isPaused, setPaused] = useState(false)
  useEffect(() => {
    const timer = setInterval(() => void declareTrace(vhost, trace).catch(() => undefined), KEEP_ALIVE_MS)
    return () => clearInterval(timer)
  }, [vhost, trace])
  useEffect(() => {
    if (isPaused) return
    let cursor: string | undefined
    let isOver = false
    let timer: number | undefined
    async function look(): Promise<void> {
      try {
        const page = await get(
          api(
            '/queues/{vhost}/{queue}/messages',
            { vhost, queue: trace },
            { cursor, count: LOOK_COUNT, truncate: BODY_OCTETS },
          ),
        )
        if (isOver) return
        setError(undefined)
        const last = page.messages[page.messages.length - 1]?.position
        // The last one is looked at again, to go on behind it.
        cursor = page.next_cursor ?? last ?? cursor
        setTraced((before) => merged(before, page.messages))
      } catch (failure) {
        if (!isOver) setError(failure instanceof Error ? failure : new Error(String(failure)))
      }
      if (!isOver) timer = window.setTimeout(() => void look(), LOOK_MS)
    }
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [vhost, trace, isPaused])
  return { traced, error, isPaused, setPaused }
}

/** The newest first. */
function merged(before: readonly Traced[], messages: readonly PeekedMessage[]): readonly Traced[] {
  const known = new Set(before.map(({ position }) => position))
  const fresh = messages.filter(({ position }) => !known.has(position)).map(tracedFrom)
  return fresh.length === 0 ? before : [...fresh.reverse(), ...before].slice(0, KEPT_MAX)
}

function tracedFrom(copy: PeekedMessage): Traced {
  const { headers = {} } = propertiesOf(copy)
  const dot = copy.routing_key.indexOf('.')
  const keys = Array.isArray(headers.routing_keys) ? headers.routing_keys.map(String) : []
  const key = keys[0] ?? ''
  const exchange = String(headers.exchange_name ?? '')
  return {
    position: copy.position,
    seenMs: Date.now() - (copy.age_ms ?? 0),
    isPublish: copy.routing_key.startsWith('publish'),
    where: copy.routing_key.slice(dot + 1),
    key,
    user: String(headers.user ?? ''),
    connection: String(headers.connection ?? ''),
    queues: Array.isArray(headers.routed_queues) ? headers.routed_queues.map(String) : [],
    // As the message itself looked.
    message: {
      ...copy,
      exchange,
      routing_key: key,
      redelivered: headers.redelivered === 1,
      properties: (headers.properties ?? {}) as PeekedMessage['properties'],
    },
  }
}

function declareTrace(vhost: string, trace: string): Promise<void> {
  return put(api('/queues/{vhost}/{queue}', { vhost, queue: trace }), {
    durable: false,
    auto_delete: false,
    arguments: {
      'x-queue-type': 'classic',
      'x-expires': EXPIRES_MS,
      'x-max-length': KEPT_MAX,
    } satisfies Queue['arguments'],
  })
}

/** What is left out of a PUT would be cleared. */
async function startTracing(name: string): Promise<void> {
  const {
    description = '',
    tags = [],
    default_queue_type: type,
  } = await get(api('/vhosts/{vhost}', { vhost: name }))
  await put(api('/vhosts/{vhost}', { vhost: name }), {
    description,
    tags,
    tracing: true,
    ...(type === undefined ? {} : { default_queue_type: type }),
  })
}
