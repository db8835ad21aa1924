import { useState } from 'react'
import { api, apiPage, put } from '../api/client.js'
import { useAction, useApi } from '../api/hooks.js'
import { useRights } from '../api/rights.js'
import type { Exchange } from '../api/types.js'
import { Badge, Button, EmptyState, Link, PageHeader, Waiting } from '../components/basics.js'
import { FormDialog, useDialog } from '../components/dialog.js'
import {
  type ArgumentRow,
  ArgumentsField,
  CheckField,
  SelectField,
  TextField,
  valuesOf,
} from '../components/fields.js'
import {
  type Column,
  FilterBox,
  Pager,
  sortQuery,
  Table,
  usePaging,
  useSorting,
} from '../components/table.js'
import {
  useVhost,
  useVhostColumns,
  useVhostNames,
  VhostChoice,
  VhostField,
} from '../components/vhost-choice.js'
import { EXCHANGE_ARGUMENTS } from '../util/arguments.js'
import { rate } from '../util/format.js'
import { href } from '../util/router.js'

const COLUMNS: readonly Column<Exchange>[] = [
  {
    id: 'name',
    head: 'Name',
    width: 220,
    grow: 4,
    sort: 'name',
    cell: ({ vhost, name }) => (
      <Link to={['exchanges', vhost, segment(name)]}>{name === '' ? '(default exchange)' : name}</Link>
    ),
  },
  { id: 'vhost', head: 'Virtual host', width: 110, sort: 'vhost', cell: ({ vhost }) => vhost },
  { id: 'type', head: 'Type', width: 130, grow: 1, sort: 'type', cell: ({ type }) => type },
  {
    id: 'traits',
    isMinor: true,
    head: 'Traits',
    width: 180,
    grow: 2,
    cell: ({ durable, auto_delete: autoDelete, internal, arguments: args, policy }) => (
      <span className="badges">
        {durable && <Badge title="Durable: outlives a restart">D</Badge>}
        {autoDelete && <Badge title="Auto-delete: goes with its last binding">AD</Badge>}
        {internal && <Badge title="Internal: only other exchanges publish to it">I</Badge>}
        {args['alternate-exchange'] !== undefined && (
          <Badge title={`What matches nothing goes to ${String(args['alternate-exchange'])}`}>AE</Badge>
        )}
        {policy !== undefined && <Badge tone="accent">{policy}</Badge>}
      </span>
    ),
  },
  {
    id: 'in',
    head: 'In',
    hint: 'Published to it per second',
    width: 100,
    grow: 0,
    isNumber: true,
    sort: 'message_stats.publish_in_details.rate',
    cell: ({ message_stats: stats }) => rate(stats?.publish_in_details?.rate),
  },
  {
    id: 'out',
    head: 'Out',
    hint: 'Routed to queues per second',
    width: 100,
    grow: 0,
    isNumber: true,
    sort: 'message_stats.publish_out_details.rate',
    cell: ({ message_stats: stats }) => rate(stats?.publish_out_details?.rate),
  },
]

export default function Exchanges() {
  const vhost = useVhost()
  const paging = usePaging()
  const sorting = useSorting('name')
  const dialog = useDialog<'create'>()
  const path =
    vhost === ''
      ? apiPage(
          '/exchanges',
          {},
          {
            ...paging,
            ...sortQuery(COLUMNS, sorting),
          },
        )
      : apiPage(
          '/exchanges/{vhost}',
          { vhost },
          {
            ...paging,
            ...sortQuery(COLUMNS, sorting),
          },
        )
  const { data, error, refetch, isPlaceholderData } = useApi(path)
  const rights = useRights()
  const columns = useVhostColumns(COLUMNS)
  return (
    <div className="page">
      <PageHeader title="Exchanges">
        {rights.mayAny('configure', vhost) && (
          <Button tone="primary" icon="plus" onClick={() => dialog.show('create')}>
            Add an exchange
          </Button>
        )}
      </PageHeader>
      <FilterBox label="Filter exchanges">
        <VhostChoice />
      </FilterBox>
      {data === undefined ? (
        <Waiting error={error} rows={12} retry={refetch} />
      ) : (
        <>
          <Table
            label="Exchanges"
            columns={columns}
            items={data.items}
            keyOf={({ vhost: of, name }) => `${of}/${name}`}
            hrefOf={({ vhost: of, name }) => href(['exchanges', of, segment(name)])}
            isStale={isPlaceholderData}
            empty={
              <EmptyState title="No exchanges to show">
                Clear the filter, or ask for a permission in a virtual host: only those of virtual hosts that
                you may enter are shown.
              </EmptyState>
            }
          />
          <Pager list={data} />
        </>
      )}
      {dialog.open === 'create' && <CreateExchangeDialog vhost={vhost} onClose={dialog.close} />}
    </div>
  )
}

function CreateExchangeDialog({
  vhost: given,
  onClose,
}: {
  readonly vhost: string
  readonly onClose: () => void
}) {
  const act = useAction()
  const vhosts = useVhostNames()
  const { data: overview } = useApi(api('/overview', {}), { every: false })
  const [chosenVhost, setVhost] = useState(given)
  const [name, setName] = useState('')
  const [type, setType] = useState('direct')
  const [isDurable, setDurable] = useState(true)
  const [isAutoDelete, setAutoDelete] = useState(false)
  const [isInternal, setInternal] = useState(false)
  const [rows, setRows] = useState<readonly ArgumentRow[]>([])
  const vhost = chosenVhost === '' ? (vhosts[0] ?? '/') : chosenVhost
  const types = overview?.exchange_types ?? []
  async function create(): Promise<boolean> {
    return act(
      () =>
        put(api('/exchanges/{vhost}/{exchange}', { vhost, exchange: name }), {
          type,
          durable: isDurable,
          auto_delete: isAutoDelete,
          internal: isInternal,
          arguments: valuesOf(rows),
        }),
      `Exchange ${name} is there`,
      href(['exchanges', vhost, name]),
    )
  }
  return (
    <FormDialog title="Add an exchange" action="Add the exchange" wide onClose={onClose} submit={create}>
      <div className="columns">
        <TextField label="Name" value={name} onChange={setName} required mono autoFocus />
        <VhostField value={vhost} onChange={setVhost} />
        <SelectField
          label="Type"
          value={type}
          onChange={setType}
          options={types.map(({ name: each }) => [each, each])}
          hint={types.find(({ name: each }) => each === type)?.description}
        />
      </div>
      <CheckField label="Durable" hint="Outlives a restart" checked={isDurable} onChange={setDurable} />
      <CheckField
        label="Auto-delete"
        hint="Goes when its last binding goes"
        checked={isAutoDelete}
        onChange={setAutoDelete}
      />
      <CheckField
        label="Internal"
        hint="Only other exchanges may publish to it"
        checked={isInternal}
        onChange={setInternal}
      />
      <ArgumentsField label="Arguments" rows={rows} onChange={setRows} known={EXCHANGE_ARGUMENTS} />
    </FormDialog>
  )
}

function segment(name: string): string {
  return name === '' ? 'amq.default' : name
}
