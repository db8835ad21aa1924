import { useState } from 'react'
import { api, del, exchangeSegment, post, put } from '../api/client.js'
import { useAction, useApi } from '../api/hooks.js'
import type { Queue } from '../api/types.js'
import { ConfirmDialog, FormDialog } from '../components/dialog.js'
import {
  type ArgumentRow,
  ArgumentsField,
  CheckField,
  SelectField,
  TextField,
  valuesOf,
} from '../components/fields.js'
import { useVhostNames, VhostField } from '../components/vhost-choice.js'
import { QUEUE_ARGUMENTS } from '../util/arguments.js'
import { plural } from '../util/format.js'
import { href } from '../util/router.js'

interface DialogProps {
  readonly onClose: () => void
}

export function CreateQueueDialog({ vhost: given, onClose }: DialogProps & { readonly vhost: string }) {
  const act = useAction()
  const vhosts = useVhostNames()
  const { data: overview } = useApi(api('/overview', {}), { every: false })
  const [chosenVhost, setVhost] = useState(given)
  const [name, setName] = useState('')
  const [type, setType] = useState('')
  const [isDurable, setDurable] = useState(true)
  const [isAutoDelete, setAutoDelete] = useState(false)
  const [rows, setRows] = useState<readonly ArgumentRow[]>([])
  const vhost = chosenVhost === '' ? (vhosts[0] ?? '/') : chosenVhost
  async function create(): Promise<boolean> {
    return act(
      () =>
        put(api('/queues/{vhost}/{queue}', { vhost, queue: name }), {
          durable: isDurable,
          auto_delete: isAutoDelete,
          arguments: { ...(type === '' ? {} : { 'x-queue-type': type }), ...valuesOf(rows) },
        }),
      `Queue ${name} is there`,
      href(['queues', vhost, name]),
    )
  }
  return (
    <FormDialog title="Add a queue" action="Add the queue" wide onClose={onClose} submit={create}>
      <div className="columns">
        <TextField label="Name" value={name} onChange={setName} required mono autoFocus />
        <VhostField value={vhost} onChange={setVhost} />
        <SelectField
          label="Type"
          value={type}
          onChange={setType}
          options={[
            ['', `default (${overview?.default_queue_type ?? 'classic'})`],
            ['classic', 'classic'],
            ['quorum', 'quorum: replicated'],
            ['stream', 'stream: read many times'],
          ]}
        />
      </div>
      <CheckField label="Durable" hint="Outlives a restart" checked={isDurable} onChange={setDurable} />
      <CheckField
        label="Auto-delete"
        hint="Goes when its last consumer goes"
        checked={isAutoDelete}
        onChange={setAutoDelete}
      />
      <ArgumentsField label="Arguments" rows={rows} onChange={setRows} known={QUEUE_ARGUMENTS} />
    </FormDialog>
  )
}

export function DeleteQueueDialog({ queue, onClose }: DialogProps & { readonly queue: Queue }) {
  const act = useAction()
  const { vhost, name, messages = 0, consumers = 0 } = queue
  return (
    <ConfirmDialog
      title={`Delete queue ${name}`}
      action="Delete the queue"
      typed={name}
      onClose={onClose}
      confirm={async () => {
        return act(
          () => del(api('/queues/{vhost}/{queue}', { vhost, queue: name })),
          `Queue ${name} deleted`,
          '#/queues',
        )
      }}
    >
      <p>
        Its {plural(messages, 'message')} will be lost, its bindings go with it, and{' '}
        {plural(consumers, 'consumer')} will be cancelled. This cannot be undone.
      </p>
    </ConfirmDialog>
  )
}

export function PurgeDialog({ queue, onClose }: DialogProps & { readonly queue: Queue }) {
  const act = useAction()
  const { vhost, name, messages_ready: ready = 0 } = queue
  return (
    <ConfirmDialog
      title={`Purge queue ${name}`}
      action="Purge"
      typed={name}
      onClose={onClose}
      confirm={() =>
        act(
          () => del(api('/queues/{vhost}/{queue}/contents', { vhost, queue: name })),
          `Queue ${name} purged`,
        )
      }
    >
      <p>
        Its {plural(ready, 'ready message')} will be lost. Messages that consumers hold stay. This cannot be
        undone.
      </p>
    </ConfirmDialog>
  )
}

/** Moves all ready messages, or those chosen, to another queue or exchange. */
export function MoveDialog(
  props: DialogProps & {
    readonly queue: Queue
    readonly positions?: readonly string[]
    readonly onDone?: () => void
  },
) {
  const { queue, positions } = props
  const act = useAction()
  const { data: queues } = useApi(
    api('/queues/{vhost}', { vhost: queue.vhost }, { columns: 'name', disable_stats: true }),
    { every: false },
  )
  const { data: exchanges } = useApi(api('/exchanges/{vhost}', { vhost: queue.vhost }, { columns: 'name' }), {
    every: false,
  })
  const [kind, setKind] = useState('queue')
  const [target, setTarget] = useState('')
  const [key, setKey] = useState('')
  const number = positions?.length ?? queue.messages_ready ?? 0
  async function move(): Promise<boolean> {
    const body =
      kind === 'queue'
        ? { exchange: '', routing_key: target }
        : { exchange: target, ...(key === '' ? {} : { routing_key: key }) }
    const isDone = await transfer(act, queue, { action: 'move', ...body, positions }, 'moved')
    if (isDone) props.onDone?.()
    return isDone
  }
  return (
    <FormDialog
      title={`Move ${plural(number, 'message')}`}
      action="Move"
      onClose={props.onClose}
      submit={move}
      disabled={target === ''}
    >
      <SelectField
        label="Where to"
        value={kind}
        onChange={(value) => {
          setKind(value)
          setTarget('')
        }}
        options={[
          ['queue', 'a queue'],
          ['exchange', 'an exchange'],
        ]}
      />
      <TextField
        label={kind === 'queue' ? 'Queue' : 'Exchange'}
        value={target}
        onChange={setTarget}
        list={
          (kind === 'queue' ? queues : exchanges)
            ?.map(({ name }) => name)
            .filter((name) => name !== '' && name !== queue.name)
            .slice(0, 1000) ?? []
        }
        required
        mono
      />
      {kind === 'exchange' && (
        <TextField
          label="Routing key"
          hint="Empty keeps the key of each message."
          value={key}
          onChange={setKey}
          mono
        />
      )}
      <p className="hint">
        A message leaves this queue once it is safe where it goes. Messages that nothing takes there stay
        here.
      </p>
    </FormDialog>
  )
}

export function BindDialog(
  props: DialogProps & { readonly vhost: string; readonly source?: string; readonly queue?: string },
) {
  const act = useAction()
  const [source, setSource] = useState(props.source ?? '')
  const [kind, setKind] = useState('queue')
  const [destination, setDestination] = useState(props.queue ?? '')
  const [key, setKey] = useState('')
  const [rows, setRows] = useState<readonly ArgumentRow[]>([])
  const { vhost } = props
  const { data: exchanges } = useApi(api('/exchanges/{vhost}', { vhost }, { columns: 'name' }), {
    every: false,
  })
  const names = exchanges?.map(({ name }) => name).filter((name) => name !== '') ?? []
  return (
    <FormDialog
      title={props.source === undefined ? `Bind queue ${props.queue}` : `Bind from ${props.source}`}
      action="Bind"
      onClose={props.onClose}
      submit={() =>
        act(
          () =>
            post(bindingsPath(kind, { vhost, source: exchangeSegment(source), destination }), {
              routing_key: key,
              arguments: valuesOf(rows),
            }),
          'Bound',
        )
      }
    >
      {props.source === undefined ? (
        <TextField
          label="From exchange"
          value={source}
          onChange={setSource}
          list={names}
          required
          mono
          autoFocus
        />
      ) : (
        <>
          <SelectField
            label="To"
            value={kind}
            onChange={setKind}
            options={[
              ['queue', 'a queue'],
              ['exchange', 'an exchange'],
            ]}
          />
          <TextField
            label={kind === 'queue' ? 'Queue' : 'Exchange'}
            value={destination}
            onChange={setDestination}
            {...(kind === 'exchange' ? { list: names } : {})}
            required
            mono
          />
        </>
      )}
      <TextField label="Routing key" value={key} onChange={setKey} mono />
      <ArgumentsField
        label="Arguments"
        rows={rows}
        onChange={setRows}
        known={{ 'x-match': { type: 'string', hint: 'headers exchanges: all, any, all-with-x, any-with-x' } }}
      />
    </FormDialog>
  )
}

type Act = ReturnType<typeof useAction>

/** Has the broker move, send back or drop messages; tells how many stayed, and why. */
export function transfer(
  act: Act,
  { vhost, name }: Queue,
  body: Parameters<typeof post<'/queues/{vhost}/{queue}/messages/transfer'>>[1],
  verb: string,
): Promise<boolean> {
  return act(async () => {
    const path = api('/queues/{vhost}/{queue}/messages/transfer', { vhost, queue: name })
    const { moved, failed, reason } = await post(path, body)
    if (failed > 0) throw new Error(`${plural(moved, 'message')} ${verb}, ${failed} stayed: ${reason ?? ''}`)
    if (moved === 0) throw new Error('There was no ready message to take')
  }, `Messages ${verb}`)
}

function bindingsPath(kind: string, parameters: { vhost: string; source: string; destination: string }) {
  return kind === 'queue'
    ? api('/bindings/{vhost}/e/{source}/q/{destination}', parameters)
    : api('/bindings/{vhost}/e/{source}/e/{destination}', parameters)
}
