import { useState } from 'react'
import { apiPath, del, exchangeSegment } from '../api/client.js'
import { useAction } from '../api/hooks.js'
import type { Binding } from '../api/types.js'
import { Button, Link } from './basics.js'
import { ConfirmDialog } from './dialog.js'

/** Bindings to or from one thing. */
export function BindingTable(props: {
  readonly bindings: readonly Binding[]
  readonly side: 'source' | 'destination'
  readonly none: string
}) {
  const { bindings, side } = props
  const act = useAction()
  const [unbound, setUnbound] = useState<Binding>()
  if (bindings.length === 0) return <p className="muted">{props.none}</p>
  return (
    <>
      <table className="plain-table">
        <thead>
          <tr>
            <th>{side === 'source' ? 'From' : 'To'}</th>
            <th>Routing key</th>
            <th>Arguments</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {bindings.map((binding) => (
            <tr key={`${binding.source} ${binding.destination} ${binding.properties_key}`}>
              <td>
                <End binding={binding} side={side} />
              </td>
              <td className="mono">{binding.routing_key}</td>
              <td className="mono">
                {Object.keys(binding.arguments).length > 0 && JSON.stringify(binding.arguments)}
              </td>
              <td className="number">
                {binding.source !== '' && (
                  <Button tone="quiet" onClick={() => setUnbound(binding)}>
                    Unbind
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
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

function bindingPath({
  vhost,
  source,
  destination,
  destination_type: type,
  properties_key: key,
}: Binding): string {
  return apiPath([
    'bindings',
    vhost,
    'e',
    exchangeSegment(source),
    type === 'queue' ? 'q' : 'e',
    destination,
    key,
  ])
}
