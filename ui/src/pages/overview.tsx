import { api } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import { useSession } from '../api/session.js'
import type { Node, Overview } from '../api/types.js'
import { Badge, Facts, Figure, Meter, PageHeader, Panel, Waiting } from '../components/basics.js'
import { RangeChoice, useRangeQuery } from '../components/chart.js'
import { Icon } from '../components/icon.js'
import { LengthChart, RateChart } from '../components/message-chart.js'
import { PlainTable, right } from '../components/plain-table.js'
import { bytes, compact, count, duration, rate } from '../util/format.js'

/** The broker at a glance: is it well, how much is there, what moves. */
export function OverviewPage() {
  const { isMonitor } = useSession()
  const { data, error, refetch } = useApi(api('/overview', {}, useRangeQuery()))
  const nodes = useApi(api('/nodes', {}), { enabled: isMonitor })
  if (data === undefined) return <Waiting error={error} rows={12} retry={refetch} />
  const { queue_totals: totals, object_totals: objects, message_stats: stats } = data
  return (
    <div className="page">
      <PageHeader
        title="Overview"
        note={`${data.product_name} ${data.product_version}, cluster ${data.cluster_name}`}
      >
        <RangeChoice />
      </PageHeader>
      {nodes.data?.map((node) => (
        <Alarms key={node.name} node={node} />
      ))}
      <div className="figures">
        <Figure
          label="Messages"
          value={compact(totals.messages ?? 0)}
          note={`${count(totals.messages_ready ?? 0)} ready, ${count(totals.messages_unacknowledged ?? 0)} unacked`}
        />
        <Figure
          label="Published"
          value={rate(stats.publish_details?.rate ?? 0)}
          note={`${compact(stats.publish ?? 0)} so far`}
        />
        <Figure
          label="Delivered"
          value={rate(stats.deliver_get_details?.rate ?? 0)}
          note={`${compact(stats.deliver_get ?? 0)} so far`}
        />
        <Figure
          label="Connections"
          value={compact(objects.connections)}
          note={`${count(objects.channels)} channels`}
          to={['connections']}
        />
        <Figure label="Consumers" value={compact(objects.consumers)} to={['consumers']} />
        <Figure
          label="Queues"
          value={compact(objects.queues)}
          note={`${count(objects.exchanges)} exchanges`}
          to={['queues']}
        />
      </div>
      <div className="grid-2">
        <Panel title="Queued messages">
          <LengthChart lengths={totals} />
        </Panel>
        <Panel title="Messages per second">
          <RateChart stats={stats} />
        </Panel>
      </div>
      {nodes.data?.map((node) => (
        <NodePanel key={node.name} node={node} />
      ))}
      <div className="grid-2">
        <Churn overview={data} />
        <Listeners overview={data} />
      </div>
    </div>
  )
}

/** What is wrong, what it does, and what to do about it. */
function Alarms({ node }: { readonly node: Node }) {
  return (
    <>
      {node.mem_alarm === true && (
        <div className="alarm" role="alert">
          <Icon name="warning" />
          <div>
            <h2>Memory alarm on {node.name}</h2>
            <p>
              {bytes(node.mem_used)} are used and {bytes(node.mem_limit)} allowed. Publishers wait until it is
              less; consumers go on. Let consumers catch up, purge or shorten the longest queues, or raise
              vm_memory_high_watermark.
            </p>
          </div>
        </div>
      )}
      {node.disk_free_alarm === true && (
        <div className="alarm" role="alert">
          <Icon name="warning" />
          <div>
            <h2>Disk alarm on {node.name}</h2>
            <p>
              {bytes(node.disk_free)} are free and {bytes(node.disk_free_limit)} must be. Publishers wait
              until there is room. Free space on the disk of the data directory, or let consumers empty the
              queues.
            </p>
          </div>
        </div>
      )}
      {!node.running && (
        <div className="alarm" role="alert">
          <Icon name="warning" />
          <div>
            <h2>{node.name} does not run</h2>
            <p>Its queues cannot be reached. Start it, or look at its log for the reason why it stopped.</p>
          </div>
        </div>
      )}
    </>
  )
}

function NodePanel({ node }: { readonly node: Node }) {
  const { mem_used: used = 0, mem_limit: limit = 0, disk_free: free, disk_free_limit: floor = 0 } = node
  const files = node.fd_total === undefined || node.fd_total === 0 ? 0 : (node.fd_used ?? 0) / node.fd_total
  return (
    <Panel
      title={`Node ${node.name}`}
      actions={node.running ? <Badge tone="good">running</Badge> : <Badge tone="bad">stopped</Badge>}
    >
      <div className="grid-2">
        <div className="stack">
          <Meter
            label="Memory"
            fraction={limit === 0 ? 0 : used / limit}
            text={`${bytes(used)} of ${bytes(limit)}`}
            tone={toneOf(limit === 0 ? 0 : used / limit)}
          />
          <Meter
            label="Disk: the limit, of what is free"
            fraction={free === undefined || free === 0 ? 0 : floor / free}
            text={`${bytes(free)} free, ${bytes(floor)} must be`}
            tone={toneOf(free === undefined || free === 0 ? 0 : floor / free)}
          />
          <Meter
            label="File descriptors"
            fraction={files}
            text={`${count(node.fd_used)} of ${count(node.fd_total)}`}
            tone={toneOf(files)}
          />
        </div>
        <Facts
          items={[
            ['Uptime', duration(node.uptime)],
            ['Processors', count(node.processors)],
            ['Process', node.os_pid],
            [
              'Data directory',
              node.db_dir === undefined || node.db_dir === '' ? undefined : (
                <span key="dir" className="mono">
                  {node.db_dir}
                </span>
              ),
            ],
            ['Configuration', node.config_files?.join(', ')],
          ]}
        />
      </div>
    </Panel>
  )
}

function toneOf(fraction: number): 'good' | 'warn' | 'bad' {
  return fraction >= 0.9 ? 'bad' : fraction >= 0.7 ? 'warn' : 'good'
}

function Churn({ overview }: { readonly overview: Overview }) {
  const churn = overview.churn_rates ?? {}
  const rows = [
    ['Connections opened', 'connection_created'],
    ['Connections closed', 'connection_closed'],
    ['Channels opened', 'channel_created'],
    ['Channels closed', 'channel_closed'],
    ['Queues declared', 'queue_declared'],
    ['Queues created', 'queue_created'],
    ['Queues deleted', 'queue_deleted'],
  ] as const
  return (
    <Panel title="Churn">
      <PlainTable heads={['What came and went', right('Per second'), right('In all')]}>
        {rows.map(([text, name]) => (
          <tr key={name}>
            <td>{text}</td>
            <td className="number">{rate(churn[`${name}_details`]?.rate)}</td>
            <td className="number">{count(churn[name])}</td>
          </tr>
        ))}
      </PlainTable>
    </Panel>
  )
}

function Listeners({ overview: { listeners } }: { readonly overview: Overview }) {
  if (listeners === undefined) return null
  return (
    <Panel title="Listeners">
      <PlainTable heads={['Protocol', 'Address', right('Port'), 'Encrypted']}>
        {listeners.map(({ protocol, ip_address: address, port, tls }) => (
          <tr key={`${protocol} ${address} ${port}`}>
            <td>{protocol}</td>
            <td className="mono">{address}</td>
            <td className="number">{port}</td>
            <td>{tls ? <Badge tone="good">TLS</Badge> : <Badge>no</Badge>}</td>
          </tr>
        ))}
      </PlainTable>
    </Panel>
  )
}
