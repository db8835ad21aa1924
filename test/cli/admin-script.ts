import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Outcome } from '../server/server-process.js'

/** Where Debian's package puts it; RabbitMQ itself serves it from the management plugin. */
const INSTALLED = '/usr/bin/rabbitmqadmin'
const PLUGINS = '/usr/lib/rabbitmq/lib'

/** RabbitMQ's own command line client of the HTTP API, a Python script, spoken to one broker. */
export class AdminScript {
  readonly #script: string
  readonly #port: number
  readonly #home: string
  /** `declare queue`, `publish` and so on: what was run so far. */
  readonly used = new Set<string>()

  constructor(script: string, port: number, home: string) {
    this.#script = script
    this.#port = port
    this.#home = home
  }

  /** Runs it to its end. Options stand before the subcommand. */
  async run(args: readonly string[], input = ''): Promise<Outcome> {
    const [verb = '', type = ''] = args.filter((arg) => !arg.startsWith('-'))
    this.used.add(['publish', 'get', 'export', 'import', 'help'].includes(verb) ? verb : `${verb} ${type}`)
    const child = spawn(
      '/usr/bin/python3',
      [this.#script, `--port=${this.#port}`, '--host=127.0.0.1', ...args],
      {
        // Its configuration file is in the home folder.
        env: { PATH: process.env.PATH, HOME: this.#home, LANG: 'C.UTF-8' },
      },
    )
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    await once(child, 'close')
    return { status: child.exitCode, stdout, stderr }
  }

  /** As {@link run}; throws unless the status is 0. */
  async output(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(args)
    if (status !== 0)
      throw new Error(`rabbitmqadmin ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`)
    return stdout
  }

  /** The rows of a list with the columns asked for. */
  async rows(...args: readonly string[]): Promise<string[][]> {
    const text = await this.output('--format=tsv', '--quiet', ...args)
    return text === ''
      ? []
      : text
          .trimEnd()
          .split('\n')
          .map((line) => line.split('\t'))
  }

  /** Every subcommand that it says it has, as {@link used} names them. */
  async subcommands(): Promise<string[]> {
    const help = await this.output('help', 'subcommands')
    const lines = help
      .split('\n')
      .filter((line) => /^ {2}[a-z]/.test(line) && !line.includes('where subcommand'))
    const words = lines.map((line) => line.trim().split(' '))
    return words
      .filter(([verb]) => verb !== 'rabbitmqadmin')
      .map(([verb = '', type = '']) => (/^[a-z_]+$/.test(type) ? `${verb} ${type}` : verb))
  }
}

/** The script of the installed package. Without it the test is skipped; with CI=true it fails. */
export function findAdminScript(t: TestContext, port: number, home: string): AdminScript | undefined {
  const script = [INSTALLED, ...pluginCopies()].find((path) => existsSync(path))
  if (script !== undefined) return new AdminScript(script, port, home)
  if (process.env.CI === 'true')
    throw new Error('rabbitmq-server is not installed, and CI=true forbids to skip')
  t.skip('rabbitmq-server, which brings rabbitmqadmin, is not installed')
  return undefined
}

function pluginCopies(): string[] {
  if (!existsSync(PLUGINS)) return []
  return readdirSync(PLUGINS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('priv/www/cli/rabbitmqadmin'))
    .map((file) => join(PLUGINS, file))
}
