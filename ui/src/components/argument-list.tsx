import type { Arguments } from '../api/types.js'
import { explained } from '../util/arguments.js'

/** Arguments, each with what it does. */
export function ArgumentList({ values, none }: { readonly values: Arguments; readonly none: string }) {
  const entries = Object.entries(values)
  if (entries.length === 0) return <p className="muted">{none}</p>
  return (
    <dl className="facts">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt className="mono">{name}</dt>
          <dd>
            <span className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
            <span className="hint row">{explained(name, value)}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}
