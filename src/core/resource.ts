/** Kinds of named resource that permissions, errors and listings speak of. */
export type ResourceKind = 'queue' | 'exchange'

/** How every message of the broker names a resource: `queue 'q1' in vhost '/'`. */
export function describeResource(kind: ResourceKind, name: string, vhost: string): string {
  return `${kind} '${name}' in vhost '${vhost}'`
}
