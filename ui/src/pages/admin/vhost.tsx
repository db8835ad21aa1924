import { api, del } from '../../api/client.js'
import { useAction, useApi } from '../../api/hooks.js'
import { Badge, Button, Facts, Figure, Link, PageHeader, Panel, Waiting } from '../../components/basics.js'
import { RangeChoice, useRangeQuery } from '../../components/chart.js'
import { ConfirmDialog, useDialog } from '../../components/dialog.js'
import { LengthChart, RateChart } from '../../components/message-chart.js'
import { count, rate } from '../../util/format.js'
import { PermissionTable, TopicPermissionTable } from './permission-tables.js'
import { VhostDialog } from './vhosts.js'

export default function VhostPage({ name }: { readonly name: string }) {
  const act = useAction()
  const dialog = useDialog<'edit' | 'delete'>()
  const { data, error, refetch } = useApi(api('/vhosts/{vhost}', { vhost: name }, useRangeQuery()))
  const { data: permissions } = useApi(api('/vhosts/{vhost}/permissions', { vhost: name }), {
    every: 30_000,
  })
  const { data: topics } = useApi(api('/vhosts/{vhost}/topic-permissions', { vhost: name }), {
    every: 30_000,
  })
  if (data === undefined) return <Waiting error={error} retry={refetch} />
  return (
    <div className="page">
      <PageHeader
        title={name}
        crumbs={[{ text: 'Virtual hosts', path: ['vhosts'] }]}
        note={
          <span className="badges">
            {data.description !== undefined && data.description !== '' && <span>{data.description}</span>}
            {data.tags?.map((tag) => (
              <Badge key={tag}>{tag}</Badge>
            ))}
            {data.protected_from_deletion === true && <Badge tone="good">protected from deletion</Badge>}
          </span>
        }
      >
        <Link className="button button-plain" to={['topology']} query={{ vhost: name }}>
          Topology
        </Link>
        <Button onClick={() => dialog.show('edit')}>Change</Button>
        <Button tone="danger" icon="trash" onClick={() => dialog.show('delete')}>
          Delete
        </Button>
      </PageHeader>
      <div className="figures">
        <Figure label="Ready" value={count(data.messages_ready ?? 0)} />
        <Figure label="Unacked" value={count(data.messages_unacknowledged ?? 0)} />
        <Figure label="Published" value={rate(data.message_stats?.publish_details?.rate ?? 0)} />
        <Figure label="Delivered" value={rate(data.message_stats?.deliver_get_details?.rate ?? 0)} />
      </div>
      <div className="grid-2">
        <Panel title="Queued messages">
          <LengthChart lengths={data} />
        </Panel>
        <Panel title="Messages per second" actions={<RangeChoice />}>
          <RateChart stats={data.message_stats} />
        </Panel>
      </div>
      <Panel title="Permissions">
        <PermissionTable items={permissions ?? []} owner={{ vhost: name }} />
      </Panel>
      <Panel title="Topic permissions">
        <TopicPermissionTable items={topics ?? []} owner={{ vhost: name }} />
      </Panel>
      <Panel title="Facts">
        <Facts items={[['Type of queues that name none', data.default_queue_type]]} />
      </Panel>
      {dialog.open === 'edit' && <VhostDialog vhost={data} onClose={dialog.close} />}
      {dialog.open === 'delete' && (
        <ConfirmDialog
          title={`Delete virtual host ${name}`}
          action="Delete all of it"
          typed={name}
          onClose={dialog.close}
          confirm={async () => {
            return act(
              () => del(api('/vhosts/{vhost}', { vhost: name })),
              `Virtual host ${name} deleted`,
              '#/vhosts',
            )
          }}
        >
          <p>
            All its queues with {count(data.messages ?? 0)} messages, its exchanges, policies and permissions
            will be lost, and its connections closed. This cannot be undone.
          </p>
        </ConfirmDialog>
      )}
    </div>
  )
}
