import { parseBytes } from '../../config/units.js'
import { PACKAGE_VERSION } from '../../util/package-version.js'
import { path } from '../api/api.js'
import { badValue, CliError, UsageError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import type { Json } from '../json.js'
import { DONE, type Result, text } from '../output/result.js'

const base = { tools: ['rabbitmqctl'], group: 'Node' } as const
const LOG_LEVELS = ['debug', 'info', 'warning', 'error', 'critical', 'none'] as const
const RETRY_MS = 100

export const NODE_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'await_startup',
    tools: ['rabbitmqctl', 'rabbitmq-diagnostics'],
    summary: 'Returns once the node has started',
    run: async (invocation) => {
      await untilInService(invocation, invocation.timeoutSeconds(300))
      return DONE
    },
  },
  {
    ...base,
    name: 'await_online_nodes',
    summary: 'Returns once so many nodes of the cluster run',
    arguments: [{ name: 'N' }],
    banner: ({ args }) => `Will wait for at least ${args[0]} nodes to join the cluster ...`,
    run: async (invocation) => {
      const wanted = Number(invocation.arg(0))
      if (!Number.isInteger(wanted) || wanted < 1) throw badValue('the number of nodes is 1 or more')
      await until(invocation, invocation.timeoutSeconds(300), async () => {
        const nodes = await invocation.api.list('/nodes')
        return nodes.filter(({ running }) => running === true).length >= wanted
      })
      return DONE
    },
  },
  {
    ...base,
    name: 'wait',
    summary: 'Returns once the node has started; fails when its process is gone',
    arguments: [{ name: 'PIDFILE', isOptional: true }],
    options: {
      pid: { kind: 'integer', short: 'P', placeholder: 'PID', doc: 'The process instead of a file' },
    },
    banner: () => 'Waiting for the node to start ...',
    run: async (invocation) => {
      await untilInService(invocation, invocation.timeoutSeconds(10), processOf(invocation))
      return DONE
    },
  },
  {
    ...base,
    name: 'version',
    tools: ['rabbitmqctl', 'rabbitmq-diagnostics'],
    summary: 'The version of this tool; no node is needed',
    run: () => text(PACKAGE_VERSION),
  },
  {
    ...base,
    name: 'stop',
    summary: 'Stops the node, and returns once it is gone',
    arguments: [{ name: 'PIDFILE', isOptional: true }],
    options: { idempotent: { kind: 'switch', doc: 'No error when it does not run' } },
    banner: () => 'Stopping and halting the node ...',
    run: (invocation) => stop(invocation, true),
  },
  {
    ...base,
    name: 'shutdown',
    summary: 'The same',
    options: {
      wait: { kind: 'switch', doc: 'The default', hidden: true },
      'no-wait': { kind: 'switch', doc: 'Returns at once' },
    },
    banner: () => 'Shutting down the node ...',
    run: (invocation) => stop(invocation, !invocation.flag('no-wait')),
  },
  {
    ...base,
    name: 'set_vm_memory_high_watermark',
    summary: 'Memory use above which publishers are blocked, until the next start',
    arguments: [{ name: 'FRACTION|absolute' }, { name: 'VALUE', isOptional: true }],
    banner: async ({ api, args }) =>
      `Setting memory threshold on ${await api.nodeName()} to ${args.join(' ')} ...`,
    run: (invocation) => {
      const [kind = '', value] = invocation.args
      if (kind !== 'absolute') {
        if (value !== undefined) throw new UsageError('Too many arguments')
        return control(invocation, 'memory-high-watermark', { relative: fraction(kind, 1) })
      }
      if (value === undefined) throw new UsageError('Not enough arguments')
      return control(invocation, 'memory-high-watermark', { absolute: bytes(value) })
    },
  },
  {
    ...base,
    name: 'set_disk_free_limit',
    summary: 'Free disk space below which publishers are blocked, until the next start',
    arguments: [{ name: 'VALUE|mem_relative' }, { name: 'FRACTION', isOptional: true }],
    banner: async ({ api, args }) =>
      `Setting disk free limit on ${await api.nodeName()} to ${args.join(' ')} ...`,
    run: (invocation) => {
      const [kind = '', value] = invocation.args
      if (kind === 'mem_relative') {
        if (value === undefined) throw new UsageError('Not enough arguments')
        return control(invocation, 'disk-free-limit', { relative: fraction(value, 1000) })
      }
      if (value !== undefined) throw new UsageError('Too many arguments')
      return control(invocation, 'disk-free-limit', { absolute: bytes(kind) })
    },
  },
  {
    ...base,
    name: 'set_log_level',
    summary: 'How much the node writes to its log, until the next start',
    arguments: [{ name: 'LEVEL', choices: LOG_LEVELS }],
    banner: ({ args }) => `Setting log level to "${args[0]}" ...`,
    run: (invocation) => {
      const level = invocation.arg(0)
      if (!(LOG_LEVELS as readonly string[]).includes(level)) {
        throw badValue(`the log level is one of ${LOG_LEVELS.join(', ')}, not ${level}`)
      }
      return control(invocation, 'log-level', { level })
    },
  },
  {
    ...base,
    name: 'enable_feature_flag',
    summary: 'Enables a feature flag; all are always enabled here',
    arguments: [{ name: 'all|NAME' }],
    options: {
      'opt-in': { kind: 'switch', doc: 'Accepted' },
      experimental: { kind: 'switch', doc: 'Accepted', hidden: true },
    },
    banner: ({ args }) =>
      args[0] === 'all' ? 'Enabling all feature flags ...' : `Enabling feature flag: ${args[0]} ...`,
    run: () => DONE,
  },
  {
    ...base,
    tools: ['rabbitmq-upgrade'],
    name: 'await_online_quorum_plus_one',
    summary: 'Returns once no queue would lose its majority with this node',
    banner: () => 'Will wait for a quorum + 1 of nodes to be online for all quorum queues ...',
    run: async (invocation) => {
      await until(invocation, invocation.timeoutSeconds(120), async () => {
        const check = { method: 'GET', path: '/health/checks/node-is-quorum-critical' }
        return (await invocation.api.raw(check)).status === 200
      })
      return DONE
    },
  },
]

/** Changes a setting of the running node. */
async function control({ api }: Invocation, setting: string, body: Record<string, Json>): Promise<Result> {
  await api.put(`/nodes/${encodeURIComponent(await api.nodeName())}/${setting}`, body)
  return DONE
}

async function stop(invocation: Invocation, waits: boolean): Promise<Result> {
  const { api } = invocation
  const isIdempotent = invocation.command.name === 'stop' && invocation.flag('idempotent')
  try {
    await api.post(path`/nodes/${await api.nodeName()}/stop`)
  } catch (error) {
    if (isIdempotent && error instanceof CliError && error.exitCode === EXIT.unavailable) return DONE
    throw error
  }
  if (waits) await until(invocation, invocation.timeoutSeconds(60), async () => !(await answers(invocation)))
  return DONE
}

async function answers({ api }: Invocation): Promise<boolean> {
  try {
    await api.raw({ method: 'GET', path: '/version' })
    return true
  } catch {
    return false
  }
}

async function untilInService(
  invocation: Invocation,
  seconds: number,
  mayGoOn: () => boolean = () => true,
): Promise<void> {
  await until(invocation, seconds, async () => {
    if (!mayGoOn()) throw new CliError(EXIT.unavailable, 'the process of the node is gone')
    try {
      const check = { method: 'GET', path: '/health/checks/is-in-service' }
      return (await invocation.api.retrying().raw(check)).status === 200
    } catch (error) {
      if (error instanceof CliError && error.exitCode === EXIT.unavailable) return false
      throw error
    }
  })
}

async function until(
  { command }: Invocation,
  seconds: number,
  condition: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!(await condition())) {
    if (performance.now() >= deadline) {
      const text = `operation ${command.name} timed out. Timeout value used: ${seconds * 1000}`
      throw new CliError(EXIT.timeout, text)
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** Tells whether the process that --pid or the file names is alive; a file may still be on its way. */
function processOf(invocation: Invocation): () => boolean {
  const pid = invocation.number('pid')
  if (pid === undefined) return () => true
  return () => {
    try {
      process.kill(pid, 0)
      return true
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
  }
}

function fraction(given: string, max: number): number {
  const value = Number(given)
  if (given === '' || !(value >= 0 && value <= max)) {
    throw badValue(`the fraction is a number from 0.0 to ${max}.0, not ${given}`)
  }
  return value
}

function bytes(given: string): number {
  const value = parseBytes(given)
  if (value === undefined) throw badValue(`a size is a number with a unit such as MB or GiB, not ${given}`)
  return value
}
