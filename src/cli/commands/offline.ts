import { CliError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { text } from '../output/result.js'

const base = { tools: ['leveret'], group: 'Files and migration', arguments: [{ name: 'DIR' }] } as const

/** What reads a data directory: handed in by the launcher, since this folder does not know what lies in it. */
export interface OfflineTools {
  /**
   * Looks through everything and tells lines on what there is; `damage` has a line for each piece that is not as it was
   * written. Rejects when the directory cannot be read, or is in use.
   */
  verify(
    directory: string,
  ): Promise<{ readonly lines: readonly string[]; readonly damage: readonly string[] }>
  /** Hands out definitions and messages, an object a line. */
  dump(directory: string, line: (object: object) => void): Promise<void>
}

export const OFFLINE_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'verify',
    summary: 'Looks through the data directory of a node that does not run, and tells damage',
    banner: ({ args }) => `Looking through ${args[0]} ...`,
    run: async (invocation) => {
      const { lines, damage } = await attempt(invocation, (tools) => tools.verify(invocation.arg(0)))
      const json = { result: damage.length === 0 ? 'ok' : 'error', facts: [...lines], damage: [...damage] }
      if (damage.length === 0) return text([...lines, 'No damage found'].join('\n'), json)
      return { kind: 'text', text: [...lines, ...damage].join('\n'), json, exitCode: EXIT.unavailable }
    },
  },
  {
    ...base,
    name: 'dump',
    summary: 'Writes what the data directory of a node that does not run holds, as JSON lines',
    run: async (invocation) => {
      await attempt(invocation, (tools) =>
        tools.dump(invocation.arg(0), (object) => invocation.io.out(`${JSON.stringify(object)}\n`)),
      )
      return { kind: 'text', text: '', json: { result: 'ok' } }
    },
  },
]

async function attempt<T>({ loadOffline }: Invocation, use: (tools: OfflineTools) => Promise<T>): Promise<T> {
  if (loadOffline === undefined) throw new CliError(EXIT.software, 'this launcher has no tools for files')
  const tools = await loadOffline()
  try {
    return await use(tools)
  } catch (error) {
    throw new CliError(EXIT.unavailable, (error as Error).message, { cause: error })
  }
}
