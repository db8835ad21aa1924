import { useMemo, useState } from 'react'
import { api, put } from '../../api/client.js'
import { useAction, useApi } from '../../api/hooks.js'
import type { Vhost } from '../../api/types.js'
import { Badge, Button, EmptyState, Link, PageHeader, Waiting } from '../../components/basics.js'
import { FormDialog, useDialog } from '../../components/dialog.js'
import { SelectField, TextField } from '../../components/fields.js'
import { type Column, FilterBox, Table, usePaging, useSorted, useSorting } from '../../components/table.js'
import { count, rate } from '../../util/format.js'
import { href } from '../../util/router.js'

const COLUMNS: readonly Column<Vhost>[] = [
  {
    id: 'name',
    head: 'Name',
    width: 180,
    grow: 2,
    sort: ({ name }) => name,
    cell: ({ name }) => <Link to={['vhosts', name]}>{name}</Link>,
  },
  { id: 'description', head: 'Description', width: 180, grow: 3, cell: ({ description }) => description },
  {
    id: 'tags',
    head: 'Tags',
    width: 130,
    cell: ({ tags }) => tags?.map((tag) => <Badge key={tag}>{tag}</Badge>),
  },
  { id: 'type', head: 'Default type', width: 110, grow: 0, cell: ({ default_queue_type: type }) => type },
  {
    id: 'ready',
    head: 'Ready',
    width: 100,
    grow: 0,
    isNumber: true,
    sort: (v) => v.messages_ready ?? 0,
    cell: (v) => count(v.messages_ready ?? 0),
  },
  {
    id: 'unacked',
    head: 'Unacked',
    width: 100,
    grow: 0,
    isNumber: true,
    sort: (v) => v.messages_unacknowledged ?? 0,
    cell: (v) => count(v.messages_unacknowledged ?? 0),
  },
  {
    id: 'in',
    head: 'In',
    width: 92,
    grow: 0,
    isNumber: true,
    sort: (v) => v.message_stats?.publish_details?.rate ?? 0,
    cell: (v) => rate(v.message_stats?.publish_details?.rate ?? 0),
  },
  {
    id: 'out',
    head: 'Out',
    width: 92,
    grow: 0,
    isNumber: true,
    sort: (v) => v.message_stats?.deliver_get_details?.rate ?? 0,
    cell: (v) => rate(v.message_stats?.deliver_get_details?.rate ?? 0),
  },
]

export default function Vhosts() {
  const dialog = useDialog<'create'>()
  const { name } = usePaging()
  const { data, error, refetch } = useApi(api('/vhosts', {}))
  const filtered = useMemo(
    () => (data ?? []).filter((vhost) => vhost.name.toLowerCase().includes(name.toLowerCase())),
    [data, name],
  )
  const items = useSorted(filtered, COLUMNS, useSorting('name'))
  return (
    <div className="page">
      <PageHeader title="Virtual hosts" note="Each has its own queues, exchanges and permissions.">
        <Button tone="primary" icon="plus" onClick={() => dialog.show('create')}>
          Add a virtual host
        </Button>
      </PageHeader>
      <FilterBox label="Filter virtual hosts" />
      {data === undefined ? (
        <Waiting error={error} retry={refetch} />
      ) : (
        <Table
          label="Virtual hosts"
          columns={COLUMNS}
          items={items}
          keyOf={(vhost) => vhost.name}
          hrefOf={(vhost) => href(['vhosts', vhost.name])}
          empty={
            <EmptyState title="No virtual host fits the filter">Clear the filter to see all.</EmptyState>
          }
        />
      )}
      {dialog.open === 'create' && <VhostDialog onClose={dialog.close} />}
    </div>
  )
}

export function VhostDialog({ vhost, onClose }: { readonly vhost?: Vhost; readonly onClose: () => void }) {
  const act = useAction()
  const [name, setName] = useState(vhost?.name ?? '')
  const [description, setDescription] = useState(vhost?.description ?? '')
  const [tags, setTags] = useState(vhost?.tags?.join(', ') ?? '')
  const [type, setType] = useState(vhost?.default_queue_type ?? 'classic')
  return (
    <FormDialog
      title={vhost === undefined ? 'Add a virtual host' : `Change ${vhost.name}`}
      action="Save"
      onClose={onClose}
      submit={() =>
        act(
          () =>
            put(api('/vhosts/{vhost}', { vhost: name }), {
              description,
              tags: tags
                .split(',')
                .map((tag) => tag.trim())
                .filter((tag) => tag !== ''),
              default_queue_type: type,
            }),
          `Virtual host ${name} saved`,
        )
      }
    >
      {vhost === undefined && (
        <TextField label="Name" value={name} onChange={setName} required autoFocus mono />
      )}
      <TextField label="Description" value={description} onChange={setDescription} />
      <TextField label="Tags" hint="With commas between them." value={tags} onChange={setTags} />
      <SelectField
        label="Type of queues that name none"
        value={type}
        onChange={setType}
        options={(['classic', 'quorum', 'stream'] as const).map((each) => [each, each])}
      />
    </FormDialog>
  )
}
