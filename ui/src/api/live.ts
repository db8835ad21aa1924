import type { QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

/** Between two looks at the same kind of thing because of changes, in ms. */
const LOOK_AGAIN_MS = 1000

/** What has to be looked at again after an event, by the first word of its name. */
const AFFECTED: Readonly<Record<string, readonly string[]>> = {
  queue: ['queues', 'overview', 'bindings'],
  exchange: ['exchanges', 'overview', 'bindings'],
  binding: ['bindings', 'exchanges', 'queues'],
  policy: ['policies', 'queues', 'exchanges', 'parameters'],
  operator: ['operator-policies', 'queues', 'parameters'],
  parameter: ['parameters', 'global-parameters'],
  vhost: ['vhosts', 'vhost-limits', 'overview'],
  user: ['users', 'user-limits'],
  permission: ['permissions', 'users'],
  topic: ['topic-permissions'],
  connection: ['connections', 'channels', 'overview'],
  channel: ['channels', 'connections'],
  consumer: ['consumers', 'queues'],
  alarm: ['nodes', 'overview'],
}

/** Listens to what changes in the broker and looks again at what is shown of it. */
export function useLiveChanges(client: QueryClient): void {
  useEffect(() => {
    const stale = new Set<string>()
    let timer: number | undefined
    function lookAgain(): void {
      timer = undefined
      for (const kind of stale) void client.invalidateQueries({ queryKey: [kind] })
      stale.clear()
    }
    const source = new EventSource('api/events')
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const { changes } = JSON.parse(data) as { changes: readonly { event: string }[] }
      for (const { event } of changes) {
        for (const kind of AFFECTED[event.split('.', 1)[0] ?? ''] ?? []) stale.add(kind)
      }
      if (stale.size > 0) timer ??= window.setTimeout(lookAgain, LOOK_AGAIN_MS)
    }
    return () => {
      source.close()
      clearTimeout(timer)
    }
  }, [client])
}
