import { api } from '../../api/client.js'
import { useApi } from '../../api/hooks.js'
import { useSession } from '../../api/session.js'
import { Badge, EmptyState, PageHeader, Panel, Waiting } from '../../components/basics.js'
import { PlainTable } from '../../components/plain-table.js'

/** What the broker can do, and what is plugged in. */
export default function Features() {
  const { isMonitor } = useSession()
  const flags = useApi(api('/feature-flags', {}), { every: 60_000 })
  const deprecated = useApi(api('/deprecated-features', {}), { every: false })
  const nodes = useApi(api('/nodes', {}), { every: 60_000, enabled: isMonitor })
  const overview = useApi(api('/overview', {}), { every: false })
  return (
    <div className="page">
      <PageHeader title="Features and plugins" />
      {isMonitor && (
        <Panel title="Plugins">
          {(nodes.data?.[0]?.enabled_plugins ?? []).length === 0 ? (
            <p className="muted">No plugin is enabled.</p>
          ) : (
            <span className="badges">
              {nodes.data?.[0]?.enabled_plugins?.map((name) => (
                <Badge key={name} tone="good">
                  {name}
                </Badge>
              ))}
            </span>
          )}
        </Panel>
      )}
      <Panel title="Feature flags">
        {flags.data === undefined ? (
          <Waiting error={flags.error} />
        ) : flags.data.length === 0 ? (
          <EmptyState title="There are none">Everything the broker can do is on.</EmptyState>
        ) : (
          <PlainTable heads={['Name', 'What it is', 'State']}>
            {flags.data.map((flag) => (
              <tr key={flag.name}>
                <td className="mono">{flag.name}</td>
                <td>{flag.desc}</td>
                <td>
                  <Badge tone="good">{flag.state}</Badge>
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
      </Panel>
      <Panel title="Exchange types">
        <PlainTable heads={['Name', 'How it routes']}>
          {overview.data?.exchange_types.map(({ name, description }) => (
            <tr key={name}>
              <td className="mono">{name}</td>
              <td>{description}</td>
            </tr>
          ))}
        </PlainTable>
      </Panel>
      {deprecated.data !== undefined && deprecated.data.length > 0 && (
        <Panel title="Deprecated features">
          <PlainTable heads={['Name', 'What it is', 'State']}>
            {deprecated.data.map((feature) => (
              <tr key={feature.name}>
                <td className="mono">{feature.name}</td>
                <td>{feature.desc}</td>
                <td>
                  <Badge>{feature.state}</Badge>
                </td>
              </tr>
            ))}
          </PlainTable>
        </Panel>
      )}
    </div>
  )
}
