import {
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback } from 'react'
import { notify } from '../components/toasts.js'
import { type Address, type Answer, ApiError, get } from './client.js'
import type { Paths } from './schema.js'

/** Between two looks at something that changes, in ms: the broker's own sampling interval. */
export const POLL_MS = 5000

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => error instanceof ApiError && error.status === 0 && failures < 2,
      staleTime: 1000,
      refetchOnWindowFocus: true,
    },
  },
})

interface ApiOptions {
  /** Between two looks, in ms; false looks once, and again when something changes. Default {@link POLL_MS}. */
  readonly every?: number | false
  readonly enabled?: boolean
}

/** What a place of the API answers, looked at again and again; the last answer stays until the next is there. */
export function useApi<P extends keyof Paths, Kind extends 'whole' | 'page'>(
  address: Address<P, Kind>,
  options: ApiOptions = {},
): UseQueryResult<Answer<P, Kind>, Error> {
  const { every = POLL_MS, enabled = true } = options
  return useQuery<Answer<P, Kind>, Error>({
    queryKey: keyOf(address.url),
    queryFn: ({ signal }) => get(address, signal),
    refetchInterval: every,
    placeholderData: keepPreviousData,
    enabled,
  })
}

/** First the kind of thing, then the address: changes of a kind are told by its name. */
export function keyOf(url: string): readonly string[] {
  return [url.split(/[/?]/, 1)[0] ?? '', url]
}

/** Until the page that was left no longer looks, in ms. */
const LEAVE_MS = 50

/**
 * Runs a change, says how it went and looks again at what it may have changed. `to` is the page to go to once it is
 * done: that of what was deleted has nothing to show any more. True when it was done.
 */
export function useAction(): (work: () => Promise<unknown>, done: string, to?: string) => Promise<boolean> {
  const client = useQueryClient()
  return useCallback(
    async (work, done, to) => {
      try {
        await work()
        notify(done, 'good')
        if (to !== undefined) {
          location.hash = to
          await new Promise((resolve) => setTimeout(resolve, LEAVE_MS))
        }
        return true
      } catch (error) {
        notify(error instanceof Error ? error.message : String(error), 'bad')
        return false
      } finally {
        void client.invalidateQueries()
      }
    },
    [client],
  )
}
