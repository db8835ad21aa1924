import { useMemo } from 'react'
import { api } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import { setQuery, usePlace } from '../util/router.js'
import { SelectField } from './fields.js'
import type { Column } from './table.js'

/** The names of the virtual hosts that the reader may enter. */
export function useVhostNames(): readonly string[] {
  const { data } = useApi(api('/vhosts', {}, { columns: 'name' }), { every: 60_000 })
  return data?.map(({ name }) => name) ?? []
}

/** The virtual host that a list speaks of; empty for all. */
export function useVhost(): string {
  return usePlace().query.get('vhost') ?? ''
}

/** The columns of a list; that of the virtual host only where it tells rows apart. */
export function useVhostColumns<T>(columns: readonly Column<T>[]): readonly Column<T>[] {
  const vhost = useVhost()
  const names = useVhostNames()
  const isOne = vhost !== '' || names.length <= 1
  return useMemo(() => (isOne ? columns.filter(({ id }) => id !== 'vhost') : columns), [columns, isOne])
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

/** A virtual host in a form. */
export function VhostField(props: { readonly value: string; readonly onChange: (vhost: string) => void }) {
  const names = useVhostNames()
  return <SelectField label="Virtual host" {...props} options={names.map((each) => [each, each])} />
}
