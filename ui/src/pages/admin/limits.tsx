import { useState } from 'react'
import { api, del, put } from '../../api/client.js'
import { useAction, useApi } from '../../api/hooks.js'
import { useSession } from '../../api/session.js'
import { Button, PageHeader, Panel } from '../../components/basics.js'
import { FormDialog, useDialog } from '../../components/dialog.js'
import { SelectField, TextField } from '../../components/fields.js'
import { ACTIONS, PlainTable, right } from '../../components/plain-table.js'
import { useVhostNames } from '../../components/vhost-choice.js'
import { count } from '../../util/format.js'

type Kind = 'vhost-limits' | 'user-limits'

const NAMES = {
  'vhost-limits': [
    ['max-connections', 'connections'],
    ['max-queues', 'queues'],
  ],
  'user-limits': [
    ['max-connections', 'connections'],
    ['max-channels', 'channels'],
  ],
} as const

/** How much a virtual host or a user may have. */
export default function Limits() {
  const { isAdministrator } = useSession()
  const vhosts = useApi(api('/vhost-limits', {}), { every: 15_000 })
  const users = useApi(api('/user-limits', {}), { every: 15_000, enabled: isAdministrator })
  return (
    <div className="page">
      <PageHeader title="Limits" note="What goes beyond a limit is refused. Without one there is none." />
      <LimitPanel
        kind="vhost-limits"
        title="Of virtual hosts"
        items={(vhosts.data ?? []).map(({ vhost, value }) => ({ owner: vhost, value }))}
        canEdit={isAdministrator}
      />
      {isAdministrator && (
        <LimitPanel
          kind="user-limits"
          title="Of users"
          items={(users.data ?? []).map(({ user, value }) => ({ owner: user, value }))}
          canEdit
        />
      )}
    </div>
  )
}

interface Item {
  readonly owner: string
  readonly value: Readonly<Record<string, number>>
}

function LimitPanel(props: {
  readonly kind: Kind
  readonly title: string
  readonly items: readonly Item[]
  readonly canEdit: boolean
}) {
  const { kind, items, canEdit } = props
  const act = useAction()
  const dialog = useDialog<'add'>()
  return (
    <Panel
      title={props.title}
      actions={
        canEdit && (
          <Button icon="plus" onClick={() => dialog.show('add')}>
            Set a limit
          </Button>
        )
      }
    >
      {items.length === 0 ? (
        <p className="muted">There are none.</p>
      ) : (
        <PlainTable
          heads={[kind === 'vhost-limits' ? 'Virtual host' : 'User', 'Limit', right('At most'), ACTIONS]}
        >
          {items.flatMap(({ owner, value }) =>
            Object.entries(value).map(([name, most]) => (
              <tr key={`${owner} ${name}`}>
                <td>{owner}</td>
                <td>{name.replace('max-', '')}</td>
                <td className="number">{most < 0 ? 'no limit' : count(most)}</td>
                <td className="number">
                  {canEdit && (
                    <Button
                      tone="quiet"
                      onClick={() => void act(() => del(limitPath(kind, owner, name)), 'Limit removed')}
                    >
                      Remove
                    </Button>
                  )}
                </td>
              </tr>
            )),
          )}
        </PlainTable>
      )}
      {dialog.open === 'add' && <LimitDialog kind={kind} onClose={dialog.close} />}
    </Panel>
  )
}

function LimitDialog({ kind, onClose }: { readonly kind: Kind; readonly onClose: () => void }) {
  const act = useAction()
  const vhosts = useVhostNames()
  const { data: users } = useApi(api('/users', {}, { columns: 'name' }), { every: false })
  const owners = kind === 'vhost-limits' ? vhosts : (users ?? []).map(({ name }) => name)
  const [chosen, setOwner] = useState('')
  const [name, setName] = useState<string>(NAMES[kind][0][0])
  const [value, setValue] = useState('')
  const owner = chosen === '' ? (owners[0] ?? '') : chosen
  return (
    <FormDialog
      title="Set a limit"
      action="Save"
      onClose={onClose}
      submit={() => act(() => put(limitPath(kind, owner, name), { value: Number(value) }), 'Limit set')}
    >
      <SelectField
        label={kind === 'vhost-limits' ? 'Virtual host' : 'User'}
        value={owner}
        onChange={setOwner}
        options={owners.map((each) => [each, each])}
      />
      <SelectField
        label="Of"
        value={name}
        onChange={setName}
        options={NAMES[kind].map(([id, text]) => [id, text])}
      />
      <TextField label="At most" type="number" value={value} onChange={setValue} required />
    </FormDialog>
  )
}

function limitPath(kind: Kind, owner: string, limit: string) {
  return kind === 'vhost-limits'
    ? api('/vhost-limits/{vhost}/{limit}', { vhost: owner, limit })
    : api('/user-limits/{user}/{limit}', { user: owner, limit })
}
