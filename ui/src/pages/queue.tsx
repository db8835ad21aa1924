import { api } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import { useRights } from '../api/rights.js'
import { useSession } from '../api/session.js'
import type { Policy, Queue } from '../api/types.js'
import { ArgumentList } from '../components/argument-list.js'
import { Badge, Button, Facts, Figure, Link, PageHeader, Panel, Tabs, Waiting } from '../components/basics.js'
import { BindingTable } from '../components/binding-table.js'
import { RangeChoice, useRangeQuery } from '../components/chart.js'
import { ConsumerTable } from '../components/consumer-table.js'
import { useDialog } from '../components/dialog.js'
import { LengthChart, RateChart } from '../components/message-chart.js'
import { PlainTable } from '../components/plain-table.js'
import { PublishDialog } from '../components/publish-dialog.js'
import { bytes, count, percent, rate } from '../util/format.js'
import { useQueryParam } from '../util/router.js'
import { BindDialog, DeleteQueueDialog, MoveDialog, PurgeDialog } from './queue-dialogs.js'
import { QueueMessages } from './queue-messages.js'
import { StateBadge } from './queues.js'

export default function QueuePage({ vhost, name }: { readonly vhost: string; readonly name: string }) {
  const [tab] = useQueryParam('tab', 'overview')
  const dialog = useDialog<'publish' | 'purge' | 'delete' | 'move' | 'bind'>()
  const path = api('/queues/{vhost}/{queue}', { vhost, queue: name }, useRangeQuery())
  const { data: queue, error, refetch } = useApi(path)
  const rights = useRights()
  if (queue === undefined) {
    return <Waiting error={error} rows={12} retry={refetch} />
  }
  const canTake = queue.type !== 'stream' && rights.may('read', vhost, name)
  return (
    <div className="page">
      <PageHeader
        title={name}
        crumbs={[
          { text: 'Queues', path: ['queues'] },
          { text: vhost, path: ['queues'], query: { vhost } },
        ]}
        note={
          <span className="badges">
            <Badge tone="accent">{queue.type}</Badge>
            <StateBadge state={queue.state} />
            {queue.durable ? <Badge>durable</Badge> : <Badge tone="warn">transient</Badge>}
            {queue.auto_delete && <Badge>auto-delete</Badge>}
            {queue.exclusive && <Badge>exclusive</Badge>}
            {typeof queue.policy === 'string' && <Badge>policy {queue.policy}</Badge>}
          </span>
        }
      >
        {rights.mayAny('write', vhost) && <Button onClick={() => dialog.show('publish')}>Publish</Button>}
        {rights.may('write', vhost, name) && <Button onClick={() => dialog.show('bind')}>Bind</Button>}
        {canTake && rights.mayAny('write', vhost) && (
          <Button onClick={() => dialog.show('move')}>Move messages</Button>
        )}
        {canTake && (
          <Button tone="danger" onClick={() => dialog.show('purge')}>
            Purge
          </Button>
        )}
        {rights.may('configure', vhost, name) && (
          <Button tone="danger" icon="trash" onClick={() => dialog.show('delete')}>
            Delete
          </Button>
        )}
      </PageHeader>
      <Tabs
        label="Queue"
        path={['queues', vhost, name]}
        current={tab}
        tabs={[
          ['overview', 'Overview'],
          ['messages', 'Messages'],
          ['consumers', `Consumers ${count(queue.consumers ?? 0)}`],
          ['bindings', 'Bindings'],
          ['settings', 'Settings'],
        ]}
      />
      {tab === 'overview' && <QueueOverview queue={queue} />}
      {tab === 'messages' && <QueueMessages queue={queue} />}
      {tab === 'consumers' && <ConsumerTable consumers={queue.consumer_details ?? []} of="queue" />}
      {tab === 'bindings' && <QueueBindings vhost={vhost} name={name} />}
      {tab === 'settings' && <QueueSettings queue={queue} />}
      {dialog.open === 'publish' && (
        <PublishDialog vhost={vhost} draft={{ exchange: '', routingKey: name }} onClose={dialog.close} />
      )}
      {dialog.open === 'purge' && <PurgeDialog queue={queue} onClose={dialog.close} />}
      {dialog.open === 'delete' && <DeleteQueueDialog queue={queue} onClose={dialog.close} />}
      {dialog.open === 'move' && <MoveDialog queue={queue} onClose={dialog.close} />}
      {dialog.open === 'bind' && <BindDialog vhost={vhost} queue={name} onClose={dialog.close} />}
    </div>
  )
}

function QueueOverview({ queue }: { readonly queue: Queue }) {
  const stats = queue.message_stats
  return (
    <>
      <div className="figures">
        <Figure label="Ready" value={count(queue.messages_ready)} note={bytes(queue.message_bytes_ready)} />
        <Figure
          label="Unacked"
          value={count(queue.messages_unacknowledged)}
          note={bytes(queue.message_bytes_unacknowledged)}
        />
        <Figure
          label="Published"
          value={rate(stats?.publish_details?.rate ?? 0)}
          note={`${count(stats?.publish ?? 0)} so far`}
        />
        <Figure
          label="Delivered"
          value={rate(stats?.deliver_get_details?.rate ?? 0)}
          note={`${count(stats?.deliver_get ?? 0)} so far`}
        />
        <Figure
          label="Acked"
          value={rate(stats?.ack_details?.rate ?? 0)}
          note={`${count(stats?.ack ?? 0)} so far`}
        />
        <Figure
          label="Consumers"
          value={count(queue.consumers)}
          note={
            queue.consumers === 0 ? 'nobody takes messages' : `${percent(queue.consumer_capacity)} capacity`
          }
        />
      </div>
      <div className="grid-2">
        <Panel title="Messages in the queue">
          <LengthChart lengths={queue} />
        </Panel>
        <Panel title="Messages per second" actions={<RangeChoice />}>
          <RateChart stats={stats} />
        </Panel>
      </div>
      <Panel title="Where the messages are">
        <Facts
          items={[
            ['Memory of the queue', bytes(queue.memory)],
            ['Bodies, in all', bytes(queue.message_bytes)],
            [
              'Bodies in memory',
              `${bytes(queue.message_bytes_ram)} in ${count(queue.messages_ram)} messages`,
            ],
            [
              'Persistent',
              `${bytes(queue.message_bytes_persistent)} in ${count(queue.messages_persistent)} messages`,
            ],
            [
              'Waiting for a retry',
              queue.messages_delayed === undefined ? undefined : count(queue.messages_delayed),
            ],
          ]}
        />
      </Panel>
    </>
  )
}

function QueueBindings({ vhost, name }: { readonly vhost: string; readonly name: string }) {
  const { data, error } = useApi(api('/queues/{vhost}/{queue}/bindings', { vhost, queue: name }), {
    every: 15_000,
  })
  return (
    <Panel title="What leads here">
      {data === undefined ? (
        <Waiting error={error} />
      ) : (
        <BindingTable bindings={data} side="source" none="Nothing is bound to it." />
      )}
    </Panel>
  )
}

function QueueSettings({ queue }: { readonly queue: Queue }) {
  const { isPolicymaker } = useSession()
  const { data: policies } = useApi(api('/policies/{vhost}', { vhost: queue.vhost }), { every: 60_000 })
  const { data: operatorPolicies } = useApi(api('/operator-policies/{vhost}', { vhost: queue.vhost }), {
    every: 60_000,
  })
  const policy = policies?.find(({ name }) => name === queue.policy)
  const operatorPolicy = operatorPolicies?.find(({ name }) => name === queue.operator_policy)
  const effective = Object.entries(queue.effective_policy_definition ?? {})
  return (
    <div className="grid-2">
      <Panel title="Arguments of its declaration">
        <ArgumentList values={queue.arguments} none="It was declared without arguments." />
      </Panel>
      <Panel
        title="Policies in force"
        actions={
          isPolicymaker && (
            <Link to={['policies']} query={{ vhost: queue.vhost }}>
              Policies
            </Link>
          )
        }
      >
        {effective.length === 0 ? (
          <p className="muted">No policy applies to it.</p>
        ) : (
          <PlainTable heads={['Key', 'Value', 'From']}>
            {effective.map(([key, value]) => (
              <tr key={key}>
                <td className="mono">{key}</td>
                <td className="mono">{JSON.stringify(value)}</td>
                <td>{sourceOf(key, value, policy, operatorPolicy)}</td>
              </tr>
            ))}
          </PlainTable>
        )}
      </Panel>
      <Panel title="Facts">
        <Facts
          items={[
            ['Node', queue.node],
            ['Leader', queue.leader],
            ['Members', queue.members?.join(', ')],
            ['Delivery limit', queue.delivery_limit === undefined ? undefined : String(queue.delivery_limit)],
            ['Single active consumer', queue.single_active_consumer_tag ?? undefined],
            ['Exclusive consumer', queue.exclusive_consumer_tag ?? undefined],
            ['Owner', queue.owner_pid_details?.name],
          ]}
        />
      </Panel>
    </div>
  )
}

function sourceOf(key: string, value: unknown, policy?: Policy, operatorPolicy?: Policy): string {
  const isIn = (each: Policy | undefined): boolean =>
    each !== undefined && JSON.stringify(each.definition[key]) === JSON.stringify(value)
  if (isIn(policy)) return `policy ${policy?.name}`
  if (isIn(operatorPolicy)) return `operator policy ${operatorPolicy?.name}`
  return 'both policies, merged'
}
