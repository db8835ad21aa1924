import type { Binding } from '../topology/binding.js'
import type { DestinationSink } from './exchange-matcher.js'

/**
 * Bindings that match together. Most groups hold one binding, and an exchange may have a million groups, so a set is
 * made for the second binding only.
 */
export type BindingGroup = Binding | Set<Binding>

export function withBinding(group: BindingGroup | undefined, binding: Binding): BindingGroup {
  if (group === undefined) return binding
  if (group instanceof Set) return group.add(binding)
  return new Set([group, binding])
}

/** The group without the binding, `undefined` once it is empty. */
export function withoutBinding(group: BindingGroup | undefined, binding: Binding): BindingGroup | undefined {
  if (!(group instanceof Set)) return group === binding ? undefined : group
  group.delete(binding)
  return group.size === 0 ? undefined : group
}

export function takeGroup(group: BindingGroup, out: DestinationSink): void {
  if (group instanceof Set) {
    for (const binding of group) out.take(binding.destination)
  } else {
    out.take(group.destination)
  }
}
