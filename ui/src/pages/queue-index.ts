import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, get, type Paged } from '../api/client.js'
import type { Queue } from '../api/types.js'

/** Between two looks at the index, in ms: what it misses comes with the broker's answer a moment later. */
const LOOK_AGAIN_MS = 30_000
/** What a queue is, which costs the broker no counting. */
const FACTS = 'name,vhost,type,durable,auto_delete,exclusive,arguments'

interface Entry {
  readonly lowerName: string
  readonly queue: Queue
}

/** Every queue by name, in the broker's order. */
type QueueIndex = readonly Entry[]

/**
 * The index of a vhost's queues, or of all for `''`; undefined until it is wanted and there. It is kept fresh once it is
 * used.
 */
export function useQueueIndex(
  vhost: string,
  { isWanted, isUsed }: { readonly isWanted: boolean; readonly isUsed: boolean },
): QueueIndex | undefined {
  const { data } = useQuery({
    queryKey: ['queue-index', vhost],
    queryFn: async ({ signal }) => {
      const path =
        vhost === ''
          ? api(
              '/queues',
              {},
              {
                disable_stats: true,
                columns: FACTS,
              },
            )
          : api(
              '/queues/{vhost}',
              { vhost },
              {
                disable_stats: true,
                columns: FACTS,
              },
            )
      const queues = await get(path, signal)
      return queues.map((queue): Entry => ({ lowerName: queue.name.toLowerCase(), queue }))
    },
    enabled: isWanted,
    refetchInterval: isUsed ? LOOK_AGAIN_MS : false,
    refetchOnWindowFocus: false,
    // Comparing ten thousand entries with the last ones costs more than drawing those in sight.
    structuralSharing: false,
  })
  return data
}

/**
 * What the broker will answer to a filter, as far as the index knows: the same rows and counts, with the numbers of
 * those that were in sight. A keystroke shows its effect with it at once.
 */
export function useForeseenQueues(
  index: QueueIndex | undefined,
  last: Paged<Queue> | undefined,
  wanted: { readonly name: string; readonly pageSize: number; readonly isReverse: boolean },
): Paged<Queue> | undefined {
  const { name, pageSize, isReverse } = wanted
  return useMemo(() => {
    if (index === undefined || last === undefined) return undefined
    const text = name.toLowerCase()
    const found = index.filter(({ lowerName }) => lowerName.includes(text))
    if (isReverse) found.reverse()
    const seen = new Map(last.items.map((queue) => [queueKey(queue), queue]))
    return {
      items: found.slice(0, pageSize).map(({ queue }) => seen.get(queueKey(queue)) ?? queue),
      page: 1,
      page_count: Math.ceil(found.length / pageSize),
      page_size: pageSize,
      filtered_count: found.length,
      total_count: index.length,
    }
  }, [index, last, name, pageSize, isReverse])
}

export function queueKey({ vhost, name }: Pick<Queue, 'vhost' | 'name'>): string {
  return `${vhost}/${name}`
}
