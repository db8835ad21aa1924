import { useState } from 'react'
import { api, del, exchangeSegment } from '../api/client.js'
import { useAction } from '../api/hooks.js'
import { type Rights, useRights } from '../api/rights.js'
import type { Binding } from '../api/types.js'
import { Button, Link } from './basics.js'
import { ConfirmDialog } from './dialog.js'
import { ACTIONS, PlainTable } from './plain-table.js'

/** Bindings to or from one thing. */
export function BindingTable(props: {
  readonly bindings: readonly Binding[]
  readonly side: 'source' | 'destination'
  readonly none: string
}) {
  const { bindings, side } = props
  const act = useAction()
  const rights = useRights()
  const [unbound, setUnbound] = useState<Binding>()
  if (bindings.length === 0) return <p className="muted">{props.none}</p>
  return (
    <>
      <PlainTable heads={[side === 'source' ? 'From' : 'To', 'Routing key', 'Arguments', ACTIONS]}>
        {bindings.map((binding) => (
          <tr key={`${binding.source} ${binding.destination} ${binding.properties_key}`}>
            <td>
              <End binding={binding} side={side} />
            </td>
            <td className="mono">
              {binding.routing_key === '' ? <span className="muted">(no key)</span> : binding.routing_key}
            </td>
            <td className="mono">
              {Object.keys(binding.arguments).length > 0 && JSON.stringify(binding.arguments)}
            </td>
            <td className="number">
              {binding.source !== '' && mayUnbind(rights, binding) && (
                <Button tone="quiet" onClick={() => setUnbound(binding)}>
                  Unbind
                </Button>
              )}
            </td>
          </tr>
        ))}
      </PlainTable>
      {unbound !== undefined && (
        <ConfirmDialog
          title="Unbind"
          action="Unbind"
          onClose={() => setUnbound(undefined)}
          confirm={() => act(() => del(bindingPath(unbound)), 'Unbound')}
        >
          <p>
            Messages of exchange <strong>{unbound.source}</strong> with key{' '}
            <strong>{unbound.routing_key}</strong> will no longer reach {unbound.destination_type}{' '}
            <strong>{unbound.destination}</strong> this way.
          </p>
        </ConfirmDialog>
      )}
    </>
  )
}

/** The source is read from, the destination written to. */
function mayUnbind(rights: Rights, { vhost, source, destination }: Binding): boolean {
  return rights.may('read', vhost, source) && rights.may('write', vhost, destination)
}

function End({ binding, side }: { readonly binding: Binding; readonly side: 'source' | 'destination' }) {
  const { vhost, source, destination, destination_type: type } = binding
  if (side === 'source') {
    return (
      <Link to={['exchanges', vhost, exchangeSegment(source)]}>
        {source === '' ? '(default exchange)' : source}
      </Link>
    )
  }
  return (
    <>
      <Link className="inline" to={[type === 'queue' ? 'queues' : 'exchanges', vhost, destination]}>
        {destination}
      </Link>{' '}
      {type === 'exchange' && <span className="muted">exchange</span>}
    </>
  )
}

function bindingPath({ vhost, source, destination, destination_type: type, properties_key: key }: Binding) {
  const parameters = { vhost, source: exchangeSegment(source), destination, props: key }
  return type === 'queue'
    ? api('/bindings/{vhost}/e/{source}/q/{destination}/{props}', parameters)
    : api('/bindings/{vhost}/e/{source}/e/{destination}/{props}', parameters)
}
