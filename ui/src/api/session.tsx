import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { ApiError, api, del, get, onSessionLost, post } from './client.js'
import type { WhoAmI } from './types.js'

export interface Session {
  readonly user: WhoAmI
  readonly isAdministrator: boolean
  readonly isMonitor: boolean
  readonly isPolicymaker: boolean
  logout(): Promise<void>
}

const SessionContext = createContext<Session | undefined>(undefined)

/** Shows `login` to whoever is not logged in. */
export function SessionGate({
  login,
  children,
}: {
  readonly login: ReactNode
  readonly children: ReactNode
}) {
  const client = useQueryClient()
  const { data, isPending, error } = useQuery({
    queryKey: ['whoami'],
    queryFn: () => get(api('/whoami', {})).catch(nobody),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  useEffect(() => onSessionLost(() => client.setQueryData(['whoami'], null)), [client])
  if (isPending) return <div className="splash" aria-busy="true" />
  if (error !== null) {
    return (
      <main className="splash">
        <div className="state">
          <h1>The broker does not answer</h1>
          <p>{error.message}. This page tries again when you reload it.</p>
        </div>
      </main>
    )
  }
  if (data === null) return login
  const has = (...tags: readonly string[]): boolean => data.tags.some((tag) => tags.includes(tag))
  const session: Session = {
    user: data,
    isAdministrator: has('administrator'),
    isMonitor: has('administrator', 'monitoring'),
    isPolicymaker: has('administrator', 'policymaker'),
    async logout() {
      await del(api('/login', {})).catch(() => undefined)
      client.setQueryData(['whoami'], null)
      client.removeQueries({ predicate: ({ queryKey }) => queryKey.length > 1 })
    },
  }
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>
}

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('nobody is logged in')
  return session
}

export function login(username: string, password: string): Promise<unknown> {
  return post(api('/login', {}), { username, password })
}

function nobody(error: unknown): null {
  if (error instanceof ApiError && error.status === 401) return null
  throw error
}
