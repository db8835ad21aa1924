import { useState } from 'react'
import { api, del, exchangeSegment, put } from '../../api/client.js'
import { useAction, useApi } from '../../api/hooks.js'
import type { Permission, TopicPermission } from '../../api/types.js'
import { Button, Link } from '../../components/basics.js'
import { ConfirmDialog, FormDialog } from '../../components/dialog.js'
import { SelectField, TextField } from '../../components/fields.js'
import { ACTIONS, PlainTable, RowButtons } from '../../components/plain-table.js'
import { useVhostNames, VhostField } from '../../components/vhost-choice.js'

/** What belongs to one user, or to one virtual host. */
export interface Owner {
  readonly user?: string
  readonly vhost?: string
}

export function PermissionTable({
  items,
  owner,
}: {
  readonly items: readonly Permission[]
  readonly owner: Owner
}) {
  const act = useAction()
  const [edited, setEdited] = useState<Permission>()
  const [isAdding, setAdding] = useState(false)
  const [removed, setRemoved] = useState<Permission>()
  return (
    <div className="stack">
      {items.length === 0 ? (
        <p className="muted">None. Without one there is no way in.</p>
      ) : (
        <PlainTable
          heads={[owner.user === undefined ? 'User' : 'Virtual host', 'Configure', 'Write', 'Read', ACTIONS]}
        >
          {items.map((each) => (
            <tr key={`${each.vhost} ${each.user}`}>
              <td>
                {owner.user === undefined ? (
                  <Link to={['users', each.user]}>{each.user}</Link>
                ) : (
                  <Link to={['vhosts', each.vhost]}>{each.vhost}</Link>
                )}
              </td>
              <td className="mono">{each.configure}</td>
              <td className="mono">{each.write}</td>
              <td className="mono">{each.read}</td>
              <td className="number">
                <RowButtons change={() => setEdited(each)} remove={() => setRemoved(each)} />
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
      <div>
        <Button icon="plus" onClick={() => setAdding(true)}>
          Add a permission
        </Button>
      </div>
      {(isAdding || edited !== undefined) && (
        <PermissionDialog
          owner={owner}
          {...(edited === undefined ? {} : { given: edited })}
          onClose={() => {
            setAdding(false)
            setEdited(undefined)
          }}
        />
      )}
      {removed !== undefined && (
        <ConfirmDialog
          title="Remove the permission"
          action="Remove"
          onClose={() => setRemoved(undefined)}
          confirm={() =>
            act(
              () => del(api('/permissions/{vhost}/{user}', { vhost: removed.vhost, user: removed.user })),
              'Permission removed',
            )
          }
        >
          <p>
            {removed.user} will no longer be let into {removed.vhost}.
          </p>
        </ConfirmDialog>
      )}
    </div>
  )
}

function PermissionDialog(props: {
  readonly owner: Owner
  readonly given?: Permission
  readonly onClose: () => void
}) {
  const { owner, given } = props
  const act = useAction()
  const users = useUserNames()
  const vhosts = useVhostNames()
  const [user, setUser] = useState(given?.user ?? owner.user ?? '')
  const [vhost, setVhost] = useState(given?.vhost ?? owner.vhost ?? '')
  const [configure, setConfigure] = useState(given?.configure ?? '.*')
  const [write, setWrite] = useState(given?.write ?? '.*')
  const [read, setRead] = useState(given?.read ?? '.*')
  const toUser = user === '' ? (users[0] ?? '') : user
  const toVhost = vhost === '' ? (vhosts[0] ?? '') : vhost
  return (
    <FormDialog
      title="Permission"
      action="Save"
      onClose={props.onClose}
      submit={() =>
        act(
          () =>
            put(api('/permissions/{vhost}/{user}', { vhost: toVhost, user: toUser }), {
              configure,
              write,
              read,
            }),
          'Permission saved',
        )
      }
    >
      {owner.user === undefined && given === undefined && (
        <SelectField
          label="User"
          value={toUser}
          onChange={setUser}
          options={users.map((each) => [each, each])}
        />
      )}
      {owner.vhost === undefined && given === undefined && <VhostField value={toVhost} onChange={setVhost} />}
      <p className="hint">Regular expressions over names of queues and exchanges. .* is all, ^$ is none.</p>
      <TextField label="Configure: declare and delete" value={configure} onChange={setConfigure} mono />
      <TextField label="Write: publish, bind as a target" value={write} onChange={setWrite} mono />
      <TextField label="Read: consume, bind as a source" value={read} onChange={setRead} mono />
    </FormDialog>
  )
}

export function TopicPermissionTable(props: {
  readonly items: readonly TopicPermission[]
  readonly owner: Owner
}) {
  const { items, owner } = props
  const act = useAction()
  const [isAdding, setAdding] = useState(false)
  return (
    <div className="stack">
      {items.length === 0 ? (
        <p className="muted">None: every routing key may be used where the exchange may.</p>
      ) : (
        <PlainTable
          heads={[owner.user === undefined ? 'User' : 'Virtual host', 'Exchange', 'Write', 'Read', ACTIONS]}
        >
          {items.map((each) => (
            <tr key={`${each.vhost} ${each.user} ${each.exchange}`}>
              <td>{owner.user === undefined ? each.user : each.vhost}</td>
              <td className="mono">{each.exchange}</td>
              <td className="mono">{each.write}</td>
              <td className="mono">{each.read}</td>
              <td className="number">
                <Button
                  tone="quiet"
                  onClick={() =>
                    void act(
                      () =>
                        del(
                          api('/topic-permissions/{vhost}/{user}/{exchange}', {
                            vhost: each.vhost,
                            user: each.user,
                            exchange: exchangeSegment(each.exchange),
                          }),
                        ),
                      'Topic permission removed',
                    )
                  }
                >
                  Remove
                </Button>
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
      <div>
        <Button icon="plus" onClick={() => setAdding(true)}>
          Add a topic permission
        </Button>
      </div>
      {isAdding && <TopicPermissionDialog owner={owner} onClose={() => setAdding(false)} />}
    </div>
  )
}

function TopicPermissionDialog({ owner, onClose }: { readonly owner: Owner; readonly onClose: () => void }) {
  const act = useAction()
  const users = useUserNames()
  const vhosts = useVhostNames()
  const [user, setUser] = useState(owner.user ?? '')
  const [vhost, setVhost] = useState(owner.vhost ?? '')
  const [exchange, setExchange] = useState('amq.topic')
  const [write, setWrite] = useState('.*')
  const [read, setRead] = useState('.*')
  const toUser = user === '' ? (users[0] ?? '') : user
  const toVhost = vhost === '' ? (vhosts[0] ?? '') : vhost
  return (
    <FormDialog
      title="Topic permission"
      action="Save"
      onClose={onClose}
      submit={() =>
        act(
          () =>
            put(api('/topic-permissions/{vhost}/{user}', { vhost: toVhost, user: toUser }), {
              exchange,
              write,
              read,
            }),
          'Topic permission saved',
        )
      }
    >
      {owner.user === undefined && (
        <SelectField
          label="User"
          value={toUser}
          onChange={setUser}
          options={users.map((each) => [each, each])}
        />
      )}
      {owner.vhost === undefined && <VhostField value={toVhost} onChange={setVhost} />}
      <TextField label="Topic exchange" value={exchange} onChange={setExchange} required mono />
      <TextField label="Routing keys it may publish with" value={write} onChange={setWrite} mono />
      <TextField label="Binding keys it may bind with" value={read} onChange={setRead} mono />
    </FormDialog>
  )
}

function useUserNames(): readonly string[] {
  const { data } = useApi(api('/users', {}, { columns: 'name' }), { every: false })
  return data?.map(({ name }) => name) ?? []
}
