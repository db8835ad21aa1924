import { type Connection, connect } from '../../client/index.js'
import { path } from '../api/api.js'
import { ApiError, refusedAs } from '../api/api-error.js'
import { badValue, CliError } from '../cli-error.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { objectsIn } from '../json.js'
import { type Result, type Row, rows } from '../output/result.js'
import { ImportUser } from './import-user.js'
import { QueueMove } from './queue-move.js'
import { Source, type SourceQueue } from './source.js'

const PROGRESS_MS = 1000

/** Definitions first, then the messages of every queue, one queue after the other. */
export async function importFrom(invocation: Invocation): Promise<Result> {
  const { api, io } = invocation
  const source = new Source(invocation.arg(0), invocation.arg(1), api.timeoutMs)
  const pattern = patternOf(invocation.text('queue-pattern'))
  const stop = stopOnSignal()
  let user: ImportUser | undefined
  try {
    user = await ImportUser.make(api, invocation.text('to'))
    if ((await source.api.find(path`/users/${user.name}`)) !== undefined) {
      throw badValue('source and target are the same broker')
    }
    if (!invocation.flag('messages-only')) await copyDefinitions(invocation, source)
    if (invocation.flag('definitions-only')) return rows(['vhost', 'queue', 'moved', 'left'], [])
    const queues = (await source.queues()).filter(({ name }) => pattern.test(name))
    const report = await moveAll(invocation, source, user, queues, stop.signal)
    if (stop.signal.aborted) io.err('Stopped: what was not moved is still at the source.\n')
    return report
  } finally {
    stop.release()
    await user?.remove()
    await source.api.close()
  }
}

async function copyDefinitions({ api, io }: Invocation, source: Source): Promise<void> {
  const definitions = await source.definitions()
  try {
    await api.post('/definitions', definitions)
  } catch (error) {
    throw error instanceof ApiError ? refusedAs(EXIT.unavailable, error) : error
  }
  const counts = ['vhosts', 'users', 'exchanges', 'queues', 'bindings', 'policies'].map(
    (kind) => `${objectsIn(definitions[kind]).length} ${kind}`,
  )
  io.err(`Definitions copied: ${counts.join(', ')}\n`)
}

async function moveAll(
  invocation: Invocation,
  source: Source,
  user: ImportUser,
  queues: readonly SourceQueue[],
  signal: AbortSignal,
): Promise<Result> {
  const report: Row[] = []
  const failures: string[] = []
  const vhosts = [...new Set(queues.map(({ vhost }) => vhost))]
  for (const vhost of vhosts) {
    if (signal.aborted) break
    await user.admitTo(vhost)
    const from = await connect(source.connectOptions(vhost))
    try {
      const to = await connect(user.connectOptions(vhost))
      try {
        for (const queue of queues.filter((each) => each.vhost === vhost)) {
          if (signal.aborted) break
          report.push(await moveQueue(invocation, queue, user, { from, to }, signal, failures))
        }
      } finally {
        await to.close()
      }
    } finally {
      await from.close()
    }
  }
  if (failures.length > 0) {
    throw new CliError(
      EXIT.unavailable,
      `not everything was moved, and what was not is still at the source:\n${failures.join('\n')}`,
    )
  }
  return rows(['vhost', 'queue', 'moved', 'left'], report)
}

async function moveQueue(
  { io }: Invocation,
  { vhost, name, type, messages }: SourceQueue,
  user: ImportUser,
  { from, to }: { readonly from: Connection; readonly to: Connection },
  signal: AbortSignal,
  failures: string[],
): Promise<Row> {
  const where = `queue '${name}' in vhost '${vhost}'`
  if (type === 'stream') {
    if (messages > 0)
      failures.push(`${where}: a stream has no messages to be taken; its consumers read it at the source`)
    return { vhost, queue: name, moved: 0, left: messages }
  }
  let move: QueueMove | undefined
  const tell = () =>
    io.err(`${where}: ${move?.moved ?? 0} of ${Math.max(messages, move?.moved ?? 0)} moved\n`)
  const timer = setInterval(tell, PROGRESS_MS)
  try {
    move = await QueueMove.open(from, to, name, user.name)
    await move.run(signal)
  } catch (error) {
    failures.push(`${where}: ${(error as Error).message}`)
  } finally {
    clearInterval(timer)
    await move?.close()
    if (move !== undefined && move.moved > 0) tell()
  }
  const moved = move?.moved ?? 0
  return { vhost, queue: name, moved, left: await leftIn(from, name) }
}

/** Ready messages that are still there: an import that was stopped, or a publisher that goes on. */
async function leftIn(from: Connection, queue: string): Promise<number | string> {
  try {
    const channel = await from.channel()
    const { messageCount } = await channel.checkQueue(queue)
    await channel.close()
    return messageCount
  } catch {
    return ''
  }
}

function patternOf(given: string | undefined): RegExp {
  try {
    return new RegExp(given ?? '', 'u')
  } catch {
    throw badValue(`not a regular expression: ${given}`)
  }
}

/** The first signal ends the import in good order, the second at once. */
function stopOnSignal(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const onSignal = (_name: NodeJS.Signals, number: number) => {
    if (controller.signal.aborted) process.exit(128 + number)
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
