import { useMemo, useState } from 'react'
import { api } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import { useSession } from '../api/session.js'
import {
  Badge,
  Button,
  Facts,
  Figure,
  Json,
  Link,
  Loading,
  PageHeader,
  Panel,
  Waiting,
  When,
} from '../components/basics.js'
import { Chart, RangeChoice, type Series, useRangeQuery } from '../components/chart.js'
import { PlainTable, right } from '../components/plain-table.js'
import { byteRate, bytes, count, rate } from '../util/format.js'
import { CloseDialog } from './close-dialog.js'
import { ConnectionState } from './connections.js'

export default function ConnectionPage({ name }: { readonly name: string }) {
  const { user, isAdministrator } = useSession()
  const [isClosing, setClosing] = useState(false)
  const { data, error, refetch } = useApi(
    api('/connections/{connection}', { connection: name }, useRangeQuery()),
  )
  const channels = useApi(api('/connections/{connection}/channels', { connection: name }))
  const series = useMemo<readonly Series[]>(
    () => [
      { label: 'From the client', color: 1, kind: 'rate', details: data?.recv_oct_details },
      { label: 'To the client', color: 2, kind: 'rate', details: data?.send_oct_details },
    ],
    [data],
  )
  if (data === undefined) {
    return <Waiting error={error} rows={12} retry={refetch} />
  }
  const { client_properties: client } = data
  return (
    <div className="page">
      <PageHeader
        title={data.user_provided_name ?? name}
        crumbs={[{ text: 'Connections', path: ['connections'] }]}
        note={
          <span className="badges">
            <ConnectionState state={data.state} />
            <Badge>{data.protocol}</Badge>
            {data.ssl ? <Badge tone="good">TLS</Badge> : <Badge tone="warn">not encrypted</Badge>}
            <Badge>{name}</Badge>
          </span>
        }
      >
        {(isAdministrator || data.user === user.name) && (
          <Button tone="danger" onClick={() => setClosing(true)}>
            Close
          </Button>
        )}
      </PageHeader>
      <div className="figures">
        <Figure
          label="From the client"
          value={byteRate(data.recv_oct_details?.rate)}
          note={`${bytes(data.recv_oct)} so far`}
        />
        <Figure
          label="To the client"
          value={byteRate(data.send_oct_details?.rate)}
          note={`${bytes(data.send_oct)} so far`}
        />
        <Figure label="Waiting to be sent" value={bytes(data.send_pend)} />
        <Figure label="Channels" value={count(data.channels)} note={`at most ${count(data.channel_max)}`} />
      </div>
      <Panel title="Octets per second" actions={<RangeChoice />}>
        <Chart label="Octets per second" series={series} format={byteRate} isBinary />
      </Panel>
      <div className="grid-2">
        <Panel title="Who">
          <Facts
            items={[
              ['User', data.user],
              ['Virtual host', data.vhost],
              ['From', `${data.peer_host}:${data.peer_port}`],
              ['To', `${data.host}:${data.port}`],
              ['Connected', <When key="when" ms={data.connected_at} />],
              ['Login', data.auth_mechanism],
              ['Heartbeat', data.timeout === 0 ? 'none' : `${data.timeout} s`],
              ['Largest frame', bytes(data.frame_max)],
              ['TLS', data.ssl ? `${data.ssl_protocol ?? ''} ${data.ssl_cipher ?? ''}` : undefined],
              ['Certificate', data.peer_cert_subject ?? undefined],
            ]}
          />
        </Panel>
        <Panel title="What the client says of itself">
          <Facts
            items={Object.entries(client)
              .filter(([, value]) => typeof value !== 'object')
              .map(([key, value]) => [key, String(value)])}
          />
          {client.capabilities !== undefined && <Json value={client.capabilities} />}
        </Panel>
      </div>
      <Panel title="Channels">
        {channels.data === undefined ? (
          <Loading rows={3} />
        ) : channels.data.length === 0 ? (
          <p className="muted">No channel is open.</p>
        ) : (
          <PlainTable
            heads={[
              'Channel',
              'State',
              right('Consumers'),
              right('Unacked'),
              right('Published'),
              right('Delivered'),
            ]}
          >
            {channels.data.map((channel) => (
              <tr key={channel.name}>
                <td>
                  <Link to={['channels', channel.name]}>{channel.number}</Link>
                </td>
                <td>
                  <ConnectionState state={channel.state} />
                </td>
                <td className="number">{count(channel.consumer_count)}</td>
                <td className="number">{count(channel.messages_unacknowledged)}</td>
                <td className="number">{rate(channel.message_stats?.publish_details?.rate)}</td>
                <td className="number">{rate(channel.message_stats?.deliver_get_details?.rate)}</td>
              </tr>
            ))}
          </PlainTable>
        )}
      </Panel>
      {isClosing && <CloseDialog names={[name]} onClose={() => setClosing(false)} to="#/connections" />}
    </div>
  )
}
