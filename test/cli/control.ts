import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Outcome, ServerProcess } from '../server/server-process.js'
import { cleanUp } from '../support/cleanup.js'

const LAUNCHER = fileURLToPath(new URL('../../../bin/leveretctl', import.meta.url))

/** A broker as a process of its own with a data directory, and the tool that is told of neither port nor password. */
export class ControlledBroker {
  readonly dataDir: string
  readonly server: ServerProcess
  /** Of AMQP. */
  readonly port: number
  /** Of the HTTP API. */
  readonly managementPort: number
  readonly environment: Readonly<Record<string, string>>

  private constructor(
    parts: Pick<ControlledBroker, 'dataDir' | 'server' | 'port' | 'managementPort' | 'environment'>,
  ) {
    this.dataDir = parts.dataDir
    this.server = parts.server
    this.port = parts.port
    this.managementPort = parts.managementPort
    this.environment = parts.environment
  }

  /** `variables` are the server's and the tool's; `given` is a data directory that is there already. */
  static async start(
    t: TestContext,
    variables: Readonly<Record<string, string>> = {},
    given?: string,
  ): Promise<ControlledBroker> {
    const folder = temporaryFolder(t)
    const dataDir = given ?? join(folder, 'data')
    const environment = { LEVERET_CONTROL_DIR: join(folder, 'run'), ...variables }
    const ports = ['--amqp-port', '0', '--management-port', '0', '--prometheus-port', '0']
    const server = new ServerProcess(t, ['--data-dir', dataDir, ...ports], environment)
    const ready = await server.firstLine()
    return new ControlledBroker({
      dataDir,
      server,
      port: portIn(ready, /amqp 127\.0\.0\.1:(\d+)/),
      managementPort: portIn(ready, /http 127\.0\.0\.1:(\d+)/),
      environment,
    })
  }

  /** Runs the tool to its end. */
  run(...args: readonly string[]): Promise<Outcome> {
    return control(args, { environment: this.environment })
  }

  /** As {@link run}, for output without banners; fails when the status is not 0. */
  async output(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run('-q', ...args)
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
    return stdout
  }

  async json(...args: readonly string[]): Promise<unknown> {
    return JSON.parse(await this.output('--formatter', 'json', ...args))
  }
}

/** Runs `bin/leveretctl` to its end. Settings of whoever runs the tests do not reach it. */
export async function control(
  args: readonly string[],
  options: {
    readonly environment?: Readonly<Record<string, string>>
    readonly input?: string
    /** Called by another name: a link to the launcher. */
    readonly launcher?: string
  } = {},
): Promise<Outcome> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(LEVERET|RABBITMQ|RABBITMQADMIN)_/.test(name),
  )
  const child = spawn(process.execPath, [options.launcher ?? LAUNCHER, ...args], {
    env: { ...Object.fromEntries(inherited), ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  await once(child, 'close')
  return { status: child.exitCode, stdout, stderr }
}

export const CONTROL_LAUNCHER = LAUNCHER

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-cli-'))
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function portIn(line: string, pattern: RegExp): number {
  const port = pattern.exec(line)?.[1]
  if (port === undefined) throw new Error(`no port in ${line}`)
  return Number(port)
}
