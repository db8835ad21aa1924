import { type FormEvent, useState } from 'react'
import { api, exchangeSegment } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import type { RouteStep } from '../api/types.js'
import { Badge, Button, EmptyState, Link, PageHeader, Panel, Waiting } from '../components/basics.js'
import {
  type ArgumentRow,
  ArgumentsField,
  rowsOf,
  SelectField,
  TextField,
  valuesOf,
} from '../components/fields.js'
import { Icon } from '../components/icon.js'
import { PlainTable } from '../components/plain-table.js'
import { notify } from '../components/toasts.js'
import { useVhostNames, VhostField } from '../components/vhost-choice.js'
import { plural } from '../util/format.js'
import { setQuery, usePlace } from '../util/router.js'

/** Where a message would go, and why not elsewhere. Nothing is published. */
export default function RoutePage() {
  const { query } = usePlace()
  const vhosts = useVhostNames()
  const vhost = query.get('vhost') ?? vhosts[0] ?? '/'
  const exchange = query.get('exchange') ?? ''
  const [rows, setRows] = useState<readonly ArgumentRow[]>(() => rowsOf(headersOf(query.get('headers'))))
  const [key, setKey] = useState(query.get('key') ?? '')
  const { data: exchanges } = useApi(api('/exchanges/{vhost}', { vhost }, { columns: 'name,type' }), {
    every: 60_000,
    enabled: vhosts.length > 0,
  })
  const isAsked = exchange !== '' && query.has('asked')
  function ask(event: FormEvent): void {
    event.preventDefault()
    try {
      const headers = valuesOf(rows)
      setQuery({
        vhost,
        exchange: exchange === '' ? 'amq.default' : exchange,
        key,
        headers: Object.keys(headers).length === 0 ? undefined : JSON.stringify(headers),
        asked: 1,
      })
    } catch (error) {
      notify(error instanceof Error ? error.message : String(error), 'bad')
    }
  }
  return (
    <div className="page">
      <PageHeader
        title="Explain a route"
        note="Shows which queues would get a message, through which bindings, and why the others would not. Nothing is published."
      />
      <Panel>
        <form className="stack" onSubmit={ask}>
          <div className="columns">
            <VhostField
              value={vhost}
              onChange={(value) => setQuery({ vhost: value, exchange: undefined, asked: undefined })}
            />
            <SelectField
              label="Exchange"
              value={exchange === '' ? 'amq.default' : exchange}
              onChange={(value) => setQuery({ exchange: value })}
              options={(exchanges ?? []).map(({ name, type }) => [
                exchangeSegment(name),
                name === '' ? '(default exchange)' : `${name} (${type})`,
              ])}
            />
            <TextField label="Routing key" value={key} onChange={setKey} mono />
          </div>
          <ArgumentsField label="Headers" rows={rows} onChange={setRows} />
          <div>
            <Button type="submit" tone="primary" icon="route">
              Explain
            </Button>
          </div>
        </form>
      </Panel>
      {isAsked && (
        <Explanation
          vhost={vhost}
          exchange={exchange}
          routingKey={query.get('key') ?? ''}
          headers={query.get('headers') ?? undefined}
        />
      )}
    </div>
  )
}

function Explanation(props: {
  readonly vhost: string
  readonly exchange: string
  readonly routingKey: string
  readonly headers: string | undefined
}) {
  const { vhost, exchange, routingKey, headers } = props
  const path = api(
    '/exchanges/{vhost}/{exchange}/route',
    { vhost, exchange },
    { routing_key: routingKey, headers },
  )
  const { data, error } = useApi(path, { every: false })
  if (data === undefined) return <Waiting error={error} />
  return (
    <>
      <Panel
        title={data.routed ? `${plural(data.queues.length, 'queue')} would get it` : 'No queue would get it'}
      >
        {data.routed ? (
          <ul className="stack">
            {data.queues.map(({ name, type, paths }) => (
              <li key={name}>
                {paths.map((way) => (
                  <div key={way.join(' ')} className="route-way">
                    {way.map((part, i) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: parts of a way may repeat
                      <span key={i} className="route-way">
                        {i % 2 === 0 ? (
                          <strong>{part === '' ? '(default exchange)' : part}</strong>
                        ) : (
                          <Badge title="through this binding key">{part === '' ? '(no key)' : part}</Badge>
                        )}
                        <Icon name="chevron" />
                      </span>
                    ))}
                    <Link to={['queues', vhost, name]}>{name}</Link>
                    <Badge tone="accent">{type}</Badge>
                  </div>
                ))}
              </li>
            ))}
          </ul>
        ) : (
          <EmptyState title="Nowhere to go">{data.note}</EmptyState>
        )}
      </Panel>
      {data.steps.map((step) => (
        <Step key={step.exchange} step={step} vhost={vhost} />
      ))}
    </>
  )
}

function Step({ step, vhost }: { readonly step: RouteStep; readonly vhost: string }) {
  const { exchange, type, matched, unmatched, unmatched_left_out: leftOut, note } = step
  return (
    <Panel title={`${exchange === '' ? '(default exchange)' : exchange}: ${type}`}>
      {note !== undefined && <p className="muted">{note}</p>}
      {matched.length + unmatched.length > 0 && (
        <PlainTable heads={['Binding', 'To', 'Verdict']}>
          {[...matched, ...unmatched].map((binding) => (
            <tr key={`${binding.destination_type} ${binding.destination} ${binding.properties_key}`}>
              <td className="mono">
                {binding.routing_key === '' ? <span className="muted">(no key)</span> : binding.routing_key}
                {Object.keys(binding.arguments).length > 0 && (
                  <div className="muted">{JSON.stringify(binding.arguments)}</div>
                )}
              </td>
              <td>
                <Link
                  to={[
                    binding.destination_type === 'queue' ? 'queues' : 'exchanges',
                    vhost,
                    binding.destination,
                  ]}
                >
                  {binding.destination}
                </Link>
              </td>
              <td>
                {'reason' in binding ? (
                  <span className="reason">{String(binding.reason)}</span>
                ) : (
                  <Badge tone="good">matches</Badge>
                )}
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
      {leftOut > 0 && <p className="muted">{plural(leftOut, 'more binding')} did not match.</p>}
    </Panel>
  )
}

function headersOf(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
