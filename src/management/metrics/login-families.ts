import { counter, labelsOf, MetricTable } from './table.js'

const NAMES = ['auth_attempts', 'auth_attempts_succeeded', 'auth_attempts_failed'] as const
const DETAILED = [
  'auth_attempts_detailed',
  'auth_attempts_detailed_succeeded',
  'auth_attempts_detailed_failed',
]

/** Logins, as far as they are counted. */
export interface LoginCounts {
  byProtocol(): Iterable<Attempts>
  /** Empty unless they are counted by source. */
  bySource(): Iterable<Attempts & { readonly peerAddress: string; readonly username: string }>
}

interface Attempts {
  readonly protocol: string
  readonly failed: number
  readonly succeeded: number
}

/** Logins by protocol. */
export function loginTable(logins: LoginCounts): MetricTable {
  const made = new MetricTable(NAMES.map((name) => counter(`${name}_total`, 'Total number of logins')))
  for (const { protocol, failed, succeeded } of logins.byProtocol())
    made.add(labelsOf({ protocol }), [failed + succeeded, succeeded, failed])
  return made
}

/** Logins by address, user and protocol. */
export function loginSourceTable(logins: LoginCounts): MetricTable {
  const made = new MetricTable(
    DETAILED.map((name) => counter(`${name}_total`, 'Total number of logins from an address')),
  )
  for (const { protocol, failed, succeeded, peerAddress, username } of logins.bySource()) {
    const labels = labelsOf({ remote_address: peerAddress, username, protocol })
    made.add(labels, [failed + succeeded, succeeded, failed])
  }
  return made
}
