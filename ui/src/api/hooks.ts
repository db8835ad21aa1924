import {
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback } from 'react'
import { notify } from '../components/toasts.js'
import { ApiError, get } from './client.js'

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

/** What a path of the API answers, looked at again and again; the last answer stays until the next is there. */
export function useApi<T>(path: string, options: ApiOptions = {}): UseQueryResult<T, Error> {
  const { every = POLL_MS, enabled = true } = options
  return useQuery<T, Error>({
    queryKey: keyOf(path),
    queryFn: ({ signal }) => get<T>(path, signal),
    refetchInterval: every,
    placeholderData: keepPreviousData,
    enabled,
  })
}

/** First the kind of thing, then the path: changes of a kind are told by its name. */
export function keyOf(path: string): readonly string[] {
  return [path.split(/[/?]/, 1)[0] ?? '', path]
}

/** Runs a change, says how it went and looks again at what it may have changed. True when it was done. */
export function useAction(): (work: () => Promise<unknown>, done: string) => Promise<boolean> {
  const client = useQueryClient()
  return useCallback(
    async (work, done) => {
      try {
        await work()
        notify(done, 'good')
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
