import { api } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import { Ago, Facts, Figure, Link, PageHeader, Panel, Waiting } from '../components/basics.js'
import { RangeChoice, useRangeQuery } from '../components/chart.js'
import { ConsumerTable } from '../components/consumer-table.js'
import { RateChart } from '../components/message-chart.js'
import { count } from '../util/format.js'
import { ChannelMode } from './channels.js'
import { ConnectionState } from './connections.js'

export default function ChannelPage({ name }: { readonly name: string }) {
  const { data, error, refetch } = useApi(api('/channels/{channel}', { channel: name }, useRangeQuery()))
  if (data === undefined) {
    return <Waiting error={error} rows={12} retry={refetch} />
  }
  const connection = data.connection_details.name
  return (
    <div className="page">
      <PageHeader
        title={`Channel ${data.number}`}
        crumbs={[
          { text: 'Connections', path: ['connections'] },
          { text: connection, path: ['connections', connection] },
        ]}
        note={
          <span className="badges">
            <ConnectionState state={data.state} />
            <ChannelMode channel={data} />
          </span>
        }
      />
      <div className="figures">
        <Figure
          label="Unacked"
          value={count(data.messages_unacknowledged)}
          note="delivered, not yet acknowledged"
        />
        <Figure
          label="Unconfirmed"
          value={count(data.messages_unconfirmed)}
          note="published, not yet confirmed"
        />
        <Figure
          label="Prefetch"
          value={data.prefetch_count === 0 ? 'no limit' : count(data.prefetch_count)}
          note={
            data.global_prefetch_count === undefined || data.global_prefetch_count === 0
              ? ''
              : `${count(data.global_prefetch_count)} for the channel`
          }
        />
        <Figure label="Consumers" value={count(data.consumer_count)} />
      </div>
      <Panel title="Messages per second" actions={<RangeChoice />}>
        <RateChart stats={data.message_stats} />
      </Panel>
      <Panel title="Facts">
        <Facts
          items={[
            ['User', data.user],
            ['Virtual host', data.vhost],
            [
              'Connection',
              <Link key="connection" to={['connections', connection]}>
                {connection}
              </Link>,
            ],
            [
              'Uncommitted',
              data.transactional
                ? `${count(data.messages_uncommitted)} messages, ${count(data.acks_uncommitted)} acks`
                : undefined,
            ],
            [
              'Idle since',
              data.idle_since === undefined ? undefined : <Ago key="idle" ms={Date.parse(data.idle_since)} />,
            ],
          ]}
        />
      </Panel>
      <ConsumerTable consumers={data.consumer_details ?? []} of="channel" />
    </div>
  )
}
