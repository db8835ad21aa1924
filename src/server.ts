import type { Broker } from './broker.js'
import { parseCommandLine, usage } from './config/command-line.js'
import { ConfigError } from './config/config-error.js'
import { printConfig } from './config/print-config.js'
import { type ResolvedOptions, resolveOptions } from './config/resolve.js'
import { NodeLog } from './node-log.js'
import { controlFolder } from './util/control-folder.js'
import { widenInlining } from './util/inlining.js'
import { PACKAGE_VERSION } from './util/package-version.js'

/** Exit status for arguments, variables or a configuration file that cannot be used: EX_USAGE of sysexits. */
const EXIT_USAGE = 64
const EXIT_FAILURE = 1

const IN_MEMORY =
  'everything is kept in memory and gone when this process ends; --data-dir DIR keeps what is durable'

/** The `leveret` command: does what the arguments ask and, unless that is to run, returns. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const command = parseCommandLine(args)
    if (command.action === 'help') return say(usage())
    if (command.action === 'version') return say(`leveret ${PACKAGE_VERSION}\n`)
    const resolved = resolveOptions({ ...command, environment: process.env })
    if (command.action === 'print-config') return say(printConfig(resolved))
    await run(resolved)
  } catch (error) {
    if (error instanceof ConfigError) fail(EXIT_USAGE, error.message)
    else fail(EXIT_FAILURE, explain(error))
  }
}

async function run(resolved: ResolvedOptions): Promise<void> {
  const { options, warnings } = resolved
  const log = await NodeLog.open(options.log)
  const { logger } = log
  process.on('exit', () => log.flushSync())
  process.on('SIGHUP', () => log.reopen())
  for (const warning of warnings) logger.warning(warning)
  const stop = new StopSignals()
  widenInlining()
  // Loaded here so that a bad setting is answered before the broker's modules are read.
  const { startBroker } = await import('./broker.js')
  const broker = await startBroker(options, { logger })
  await broker.openControl(controlFolder(process.env), {
    setLogLevel: (level) => log.setLevel(level),
    rotateLogs: () => log.rotate(),
    ...(log.path !== undefined && { logFile: log.path }),
    stop: () => stop.request(),
    settings: () => printConfig(resolved),
  })
  const { exchange } = options.log
  if (exchange !== undefined) {
    const logExchange = await broker.openLogExchange(exchange.format.kind)
    log.add(exchange, (format) => logExchange.output(format))
  }
  if (options.dataDir === undefined) logger.warning(IN_MEMORY)
  for (const line of startLines(broker)) logger.info(line)
  if (!stop.wanted) say(readyLine(broker))
  await stop.signalled
  await broker.stop('shutdown')
  await log.close()
  process.exit(0)
}

/**
 * Waits for SIGTERM or SIGINT. A second one ends the process at once with the status that a shell gives to the signal.
 */
class StopSignals {
  wanted = false
  readonly signalled: Promise<void>
  /** Asks for the stop as a first signal does. */
  request: () => void = () => {}

  constructor() {
    this.signalled = new Promise((resolve) => {
      this.request = () => {
        this.wanted = true
        resolve()
      }
      const onSignal = (_name: NodeJS.Signals, signalNumber: number) => {
        if (this.wanted) process.exit(128 + signalNumber)
        this.request()
      }
      process.on('SIGTERM', onSignal)
      process.on('SIGINT', onSignal)
    })
  }
}

/** What RabbitMQ's log says when its ports are open, in its words: tools wait for them. */
function startLines({ addresses, prometheusPort }: Broker): string[] {
  const listeners = addresses.map((address) => {
    const [scheme = '', where = ''] = address.split(' ')
    const port = where.slice(where.lastIndexOf(':') + 1)
    switch (scheme) {
      case 'amqp':
        return `started TCP listener on ${where}`
      case 'amqps':
        return `started TLS (SSL) listener on ${where}`
      case 'http':
        return `Management plugin: HTTP (non-TLS) listener started on port ${port}`
      case 'https':
        return `Management plugin: HTTPS listener started on port ${port}`
      default:
        return `started ${scheme} listener on ${where}`
    }
  })
  const metrics = `Prometheus metrics: HTTP (non-TLS) listener started on port ${prometheusPort}`
  return [
    ...listeners,
    ...(prometheusPort === 0 ? [] : [metrics]),
    'Server startup complete; 0 plugins started.',
  ]
}

function readyLine(broker: Broker): string {
  const startMs = Math.round(process.uptime() * 1000)
  return `leveret ${PACKAGE_VERSION} ready in ${startMs} ms: ${broker.addresses.join(', ')}\n`
}

/** What the machine refused, in words; the stack of anything that we cannot explain. */
function explain(error: unknown): string {
  const system = systemErrorIn(error)
  const at = system?.port === undefined ? system?.address : `${system.address}:${system.port}`
  switch (system?.code) {
    case 'EADDRINUSE':
      return `cannot listen on ${at}: the address is in use; another port is chosen with --amqp-port`
    case 'EADDRNOTAVAIL':
      return `cannot listen on ${at}: this machine has no such address`
    case 'EACCES':
    case 'EPERM':
      return `not permitted: ${system.message}`
    case 'ENOTFOUND':
      return `cannot listen: ${system.message}`
    default:
      return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

/** A system error as Node raises it, with the fields that listening sets. */
interface SystemError extends Error {
  readonly code: string
  readonly address?: string
  readonly port?: number
}

function systemErrorIn(error: unknown): SystemError | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string') return each as SystemError
  }
  return undefined
}

function say(text: string): void {
  process.stdout.write(text)
}

function fail(status: number, message: string): void {
  process.stderr.write(`${message.replace(/^/gm, 'leveret: ')}\n`)
  process.exit(status)
}
