import type { Command, Tool } from '../command.js'
import type { Invocation } from '../invocation.js'
import { DONE, type Result, text } from '../output/result.js'

const UPGRADE: readonly Tool[] = ['rabbitmq-upgrade']
const CONTROL: readonly Tool[] = ['rabbitmqctl']

/** What is done to a running node before and after work on it. */
export const MAINTENANCE_COMMANDS: readonly Command[] = [
  {
    tools: UPGRADE,
    group: 'Node',
    name: 'drain',
    summary: 'Maintenance mode: takes no clients and closes the connections of those there are',
    banner: async ({ api }) =>
      `Will put node ${await api.nodeName()} into maintenance mode. The node will no longer serve any client traffic!`,
    run: (invocation) => act(invocation, 'drain'),
  },
  {
    tools: UPGRADE,
    group: 'Node',
    name: 'revive',
    summary: 'Ends maintenance mode',
    banner: async ({ api }) => `Will put node ${await api.nodeName()} back into regular operating mode`,
    run: (invocation) => act(invocation, 'revive'),
  },
  {
    tools: CONTROL,
    group: 'Node',
    name: 'suspend_listeners',
    summary: 'Takes no further clients; those that are there stay',
    banner: async ({ api }) =>
      `Will suspend client connection listeners on node ${await api.nodeName()}. The node will no longer accept client connections!`,
    run: (invocation) => act(invocation, 'suspend-listeners'),
  },
  {
    tools: CONTROL,
    group: 'Node',
    name: 'resume_listeners',
    summary: 'Takes clients again',
    banner: async ({ api }) => `Will resume client connection listeners on node ${await api.nodeName()}`,
    run: (invocation) => act(invocation, 'resume-listeners'),
  },
  {
    tools: CONTROL,
    group: 'Node',
    name: 'rotate_logs',
    summary: 'Puts the log file aside and begins a new one',
    banner: async ({ api }) => `Rotating logs for node ${await api.nodeName()} ...`,
    run: async (invocation) => {
      const { log_files: files } = await invocation.api.object(`/nodes/${await encodedNode(invocation)}`)
      // Scripts of logrotate call this whatever the log is.
      if (!Array.isArray(files) || !files.some((file) => String(file).startsWith('/')))
        return text('The node writes no log file: its log goes to stderr, and whoever reads it rotates')
      return act(invocation, 'rotate-logs')
    },
  },
  {
    tools: UPGRADE,
    group: 'Node',
    name: 'has_reached_target_cluster_size',
    summary: 'Whether as many nodes run as the cluster is meant to have: a node alone has',
    run: async ({ api }) => {
      await api.overview()
      return text('Cluster has reached its target size', {
        result: 'ok',
        message: 'Cluster has reached its target size',
      })
    },
  },
]

async function act(invocation: Invocation, verb: string): Promise<Result> {
  await invocation.api.post(`/nodes/${await encodedNode(invocation)}/${verb}`)
  return DONE
}

async function encodedNode({ api }: Invocation): Promise<string> {
  return encodeURIComponent(await api.nodeName())
}
