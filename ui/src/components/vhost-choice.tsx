import { useApi } from '../api/hooks.js'
import type { Vhost } from '../api/types.js'
import { setQuery, usePlace } from '../util/router.js'

/** The names of the virtual hosts that the reader may enter. */
export function useVhostNames(): readonly string[] {
  const { data } = useApi<readonly Vhost[]>('vhosts?columns=name', { every: 60_000 })
  return data?.map(({ name }) => name) ?? []
}

/** The virtual host that a list speaks of; empty for all. */
export function useVhost(): string {
  return usePlace().query.get('vhost') ?? ''
}

export function VhostChoice({ needsOne = false }: { readonly needsOne?: boolean }) {
  const names = useVhostNames()
  const value = useVhost()
  return (
    <select
      className="input vhost-choice"
      aria-label="Virtual host"
      value={value}
      onChange={(event) => setQuery({ vhost: event.target.value, page: undefined })}
    >
      {!needsOne && <option value="">All virtual hosts</option>}
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  )
}
