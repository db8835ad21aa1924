import { useMemo, useState } from 'react'
import { api, put } from '../../api/client.js'
import { useAction, useApi } from '../../api/hooks.js'
import type { Permission, User } from '../../api/types.js'
import { Badge, Button, EmptyState, Link, PageHeader, Waiting } from '../../components/basics.js'
import { FormDialog, useDialog } from '../../components/dialog.js'
import { CheckField, SelectField, TextField } from '../../components/fields.js'
import { type Column, FilterBox, Table, usePaging, useSorted, useSorting } from '../../components/table.js'
import { href } from '../../util/router.js'

/** What a tag lets its user do here. */
export const TAGS = [
  ['administrator', 'everything'],
  ['monitoring', 'see all that happens on the node'],
  ['policymaker', 'set policies and parameters in its virtual hosts'],
  ['management', 'see its own connections and its virtual hosts'],
] as const

export default function Users() {
  const dialog = useDialog<'create'>()
  const { name } = usePaging()
  const { data, error, refetch } = useApi(api('/users', {}), { every: 15_000 })
  const { data: permissions } = useApi(api('/permissions', {}), { every: 15_000 })
  const columns = useMemo(() => columnsOf(permissions ?? []), [permissions])
  const filtered = useMemo(
    () => (data ?? []).filter((user) => user.name.toLowerCase().includes(name.toLowerCase())),
    [data, name],
  )
  const items = useSorted(filtered, columns, useSorting('name'))
  return (
    <div className="page">
      <PageHeader title="Users">
        <Button tone="primary" icon="plus" onClick={() => dialog.show('create')}>
          Add a user
        </Button>
      </PageHeader>
      <FilterBox label="Filter users" />
      {data === undefined ? (
        <Waiting error={error} retry={refetch} />
      ) : (
        <Table
          label="Users"
          columns={columns}
          items={items}
          keyOf={(user) => user.name}
          hrefOf={(user) => href(['users', user.name])}
          empty={<EmptyState title="No user fits the filter">Clear the filter to see all.</EmptyState>}
        />
      )}
      {dialog.open === 'create' && <UserDialog onClose={dialog.close} />}
    </div>
  )
}

function columnsOf(permissions: readonly Permission[]): readonly Column<User>[] {
  const vhosts = new Map<string, string[]>()
  for (const { user, vhost } of permissions) vhosts.set(user, [...(vhosts.get(user) ?? []), vhost])
  return [
    {
      id: 'name',
      head: 'Name',
      width: 180,
      grow: 2,
      sort: ({ name }) => name,
      cell: ({ name }) => <Link to={['users', name]}>{name}</Link>,
    },
    {
      id: 'tags',
      head: 'Tags',
      width: 200,
      grow: 2,
      cell: ({ tags }) => (
        <span className="badges">
          {tags.map((tag) => (
            <Badge key={tag} tone={tag === 'administrator' ? 'accent' : 'neutral'}>
              {tag}
            </Badge>
          ))}
        </span>
      ),
    },
    {
      id: 'vhosts',
      head: 'May enter',
      width: 200,
      grow: 3,
      cell: ({ name }) => vhosts.get(name)?.join(', ') ?? <Badge tone="warn">no virtual host</Badge>,
    },
    {
      id: 'password',
      head: 'Password',
      width: 120,
      grow: 0,
      cell: ({ password_hash: hash }) => (hash === '' ? <Badge tone="warn">none</Badge> : 'set'),
    },
  ]
}

/** Makes a user, or changes password and tags of one. */
export function UserDialog({ user, onClose }: { readonly user?: User; readonly onClose: () => void }) {
  const act = useAction()
  const [name, setName] = useState(user?.name ?? '')
  const [kind, setKind] = useState(user === undefined ? 'password' : 'keep')
  const [password, setPassword] = useState('')
  const [tags, setTags] = useState<ReadonlySet<string>>(new Set(user?.tags ?? []))
  const others = [...tags].filter((tag) => !TAGS.some(([known]) => known === tag))
  function save(): Promise<boolean> {
    const secret =
      kind === 'password'
        ? { password }
        : kind === 'keep' && user !== undefined && user.password_hash !== ''
          ? { password_hash: user.password_hash }
          : {}
    return act(
      () => put(api('/users/{user}', { user: name }), { ...secret, tags: [...tags] }),
      `User ${name} saved`,
    )
  }
  return (
    <FormDialog
      title={user === undefined ? 'Add a user' : `Change user ${user.name}`}
      action="Save"
      onClose={onClose}
      submit={save}
    >
      {user === undefined && <TextField label="Name" value={name} onChange={setName} required autoFocus />}
      <SelectField
        label="Password"
        value={kind}
        onChange={setKind}
        options={[
          ...(user === undefined ? [] : [['keep', 'keep the password'] as const]),
          ['password', 'set a password'],
          ['none', 'no password: logs in by certificate only'],
        ]}
      />
      {kind === 'password' && (
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          required
        />
      )}
      <fieldset className="stack">
        <legend className="hint">Tags say what a user may do on these pages.</legend>
        {TAGS.map(([tag, hint]) => (
          <CheckField
            key={tag}
            label={tag}
            hint={hint}
            checked={tags.has(tag)}
            onChange={(isSet) => {
              const next = new Set(tags)
              if (isSet) next.add(tag)
              else next.delete(tag)
              setTags(next)
            }}
          />
        ))}
        {others.length > 0 && <p className="hint">And: {others.join(', ')}</p>}
      </fieldset>
    </FormDialog>
  )
}
