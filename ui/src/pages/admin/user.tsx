import { api, del } from '../../api/client.js'
import { useAction, useApi } from '../../api/hooks.js'
import { useSession } from '../../api/session.js'
import { Badge, Button, PageHeader, Panel, Waiting } from '../../components/basics.js'
import { ConfirmDialog, useDialog } from '../../components/dialog.js'
import { PermissionTable, TopicPermissionTable } from './permission-tables.js'
import { UserDialog } from './users.js'

export default function UserPage({ name }: { readonly name: string }) {
  const session = useSession()
  const act = useAction()
  const dialog = useDialog<'edit' | 'delete'>()
  const { data: user, error, refetch } = useApi(api('/users/{user}', { user: name }), { every: 30_000 })
  const { data: permissions } = useApi(api('/users/{user}/permissions', { user: name }), {
    every: 30_000,
  })
  const { data: topics } = useApi(api('/users/{user}/topic-permissions', { user: name }), {
    every: 30_000,
  })
  if (user === undefined) return <Waiting error={error} retry={refetch} />
  return (
    <div className="page">
      <PageHeader
        title={name}
        crumbs={[{ text: 'Users', path: ['users'] }]}
        note={
          <span className="badges">
            {user.tags.length === 0 && <Badge>no tags</Badge>}
            {user.tags.map((tag) => (
              <Badge key={tag} tone="accent">
                {tag}
              </Badge>
            ))}
            {user.password_hash === '' && <Badge tone="warn">no password</Badge>}
          </span>
        }
      >
        <Button onClick={() => dialog.show('edit')}>Change password or tags</Button>
        {session.user.name !== name && (
          <Button tone="danger" icon="trash" onClick={() => dialog.show('delete')}>
            Delete
          </Button>
        )}
      </PageHeader>
      <Panel title="Permissions">
        <PermissionTable items={permissions ?? []} owner={{ user: name }} />
      </Panel>
      <Panel title="Topic permissions">
        <TopicPermissionTable items={topics ?? []} owner={{ user: name }} />
      </Panel>
      {dialog.open === 'edit' && <UserDialog user={user} onClose={dialog.close} />}
      {dialog.open === 'delete' && (
        <ConfirmDialog
          title={`Delete user ${name}`}
          action="Delete the user"
          typed={name}
          onClose={dialog.close}
          confirm={async () => {
            return act(() => del(api('/users/{user}', { user: name })), `User ${name} deleted`, '#/users')
          }}
        >
          <p>Its permissions go with it and its connections are closed. What it declared stays.</p>
        </ConfirmDialog>
      )}
    </div>
  )
}
