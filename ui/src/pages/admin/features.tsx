import { apiPath, put } from '../../api/client.js'
import { useAction, useApi } from '../../api/hooks.js'
import { useSession } from '../../api/session.js'
import type { DeprecatedFeature, FeatureFlag, Node, Overview } from '../../api/types.js'
import { Badge, Button, EmptyState, ErrorState, Loading, PageHeader, Panel } from '../../components/basics.js'

/** What the broker can do, and what is plugged in. */
export default function Features() {
  const { isAdministrator, isMonitor } = useSession()
  const act = useAction()
  const flags = useApi<readonly FeatureFlag[]>('feature-flags', { every: 60_000 })
  const deprecated = useApi<readonly DeprecatedFeature[]>('deprecated-features', { every: false })
  const nodes = useApi<readonly Node[]>('nodes', { every: 60_000, enabled: isMonitor })
  const overview = useApi<Overview>('overview', { every: false })
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
          flags.error === null ? (
            <Loading />
          ) : (
            <ErrorState error={flags.error} />
          )
        ) : flags.data.length === 0 ? (
          <EmptyState title="There are none">Everything the broker can do is on.</EmptyState>
        ) : (
          <table className="plain-table">
            <thead>
              <tr>
                <th>Name</th>
                <th>What it is</th>
                <th>State</th>
              </tr>
            </thead>
            <tbody>
              {flags.data.map((flag) => (
                <tr key={flag.name}>
                  <td className="mono">{flag.name}</td>
                  <td>{flag.desc}</td>
                  <td>
                    {flag.state === 'disabled' && isAdministrator ? (
                      <Button
                        onClick={() =>
                          void act(
                            () => put(apiPath(['feature-flags', flag.name, 'enable'])),
                            `${flag.name} enabled`,
                          )
                        }
                      >
                        Enable
                      </Button>
                    ) : (
                      <Badge tone={flag.state === 'enabled' ? 'good' : 'neutral'}>{flag.state}</Badge>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      <Panel title="Exchange types">
        <table className="plain-table">
          <tbody>
            {overview.data?.exchange_types.map(({ name, description }) => (
              <tr key={name}>
                <td className="mono">{name}</td>
                <td>{description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
      {deprecated.data !== undefined && deprecated.data.length > 0 && (
        <Panel title="Deprecated features">
          <table className="plain-table">
            <tbody>
              {deprecated.data.map((feature) => (
                <tr key={feature.name}>
                  <td className="mono">{feature.name}</td>
                  <td>{feature.desc}</td>
                  <td>
                    <Badge>{feature.state}</Badge>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      )}
    </div>
  )
}
