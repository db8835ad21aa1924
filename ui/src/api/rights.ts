import { useMemo } from 'react'
import { api } from './client.js'
import { useApi } from './hooks.js'
import { useSession } from './session.js'
import type { Permission } from './types.js'

type Right = 'configure' | 'write' | 'read'

/** What the reader's permissions let it do. The broker checks in any case: this decides what is offered. */
export interface Rights {
  /** On a queue or exchange of that name. */
  may(right: Right, vhost: string, name: string): boolean
  /** On something or other, in that virtual host or, for `''`, in any. */
  mayAny(right: Right, vhost: string): boolean
}

/** Offers nothing until it is known, and everything to users of other backends, whose permissions nobody lists. */
export function useRights(): Rights {
  const { user } = useSession()
  const isListed = user.is_internal_user
  const { data } = useApi(api('/whoami/permissions', {}), { every: 60_000, enabled: isListed })
  return useMemo<Rights>(() => {
    if (!isListed) return { may: () => true, mayAny: () => true }
    const permissions = data ?? []
    const fits = (vhost: string) => (each: Permission) => vhost === '' || each.vhost === vhost
    return {
      may: (right, vhost, name) => permissions.filter(fits(vhost)).some((each) => isMatch(each[right], name)),
      mayAny: (right, vhost) => permissions.filter(fits(vhost)).some((each) => !isNothing(each[right])),
    }
  }, [isListed, data])
}

function isNothing(pattern: string): boolean {
  return pattern === '' || pattern === '^$'
}

/** A pattern that only the broker can read is taken to match: it refuses what it must. */
function isMatch(pattern: string, name: string): boolean {
  if (isNothing(pattern)) return false
  try {
    return new RegExp(pattern).test(name)
  } catch {
    return true
  }
}
