import type { Principal } from '../../core/permission.js'

/** Tags that let somebody into the API, each with those that imply it. */
const IMPLIED_BY = {
  management: ['management', 'policymaker', 'monitoring', 'administrator'],
  monitoring: ['monitoring', 'administrator'],
  policymaker: ['policymaker', 'administrator'],
  administrator: ['administrator'],
} as const

export type ManagementTag = keyof typeof IMPLIED_BY

export function hasTag(principal: Principal, tag: ManagementTag): boolean {
  const sufficient: readonly string[] = IMPLIED_BY[tag]
  return principal.tags.some((has) => sufficient.includes(has))
}
