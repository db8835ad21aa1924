import type { LogOptions, LogOutputOptions } from './config/broker-options.js'
import { type LineFormatter, lineFormatter } from './util/log/line-format.js'
import { LineOutput } from './util/log/line-output.js'
import { LineWriter } from './util/log/line-writer.js'
import type { LogOutput } from './util/log/log-record.js'
import { OutputLogger } from './util/log/output-logger.js'
import type { LogLevel } from './util/logger.js'

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const
/** How long {@link NodeLog.close} waits for a descriptor that takes nothing, in milliseconds. */
const CLOSE_TIMEOUT_MS = 500

/** The part of a log file that a node asks things of. */
interface OpenFile {
  readonly path: string
  readonly writer: LineWriter
  reopen(): void
  rotate(): void
  close(): Promise<void>
}

/** The log of the `leveret` command: its outputs, and what an operator may ask of them. */
export class NodeLog {
  readonly logger: OutputLogger
  readonly #console: LineWriter | undefined
  readonly #file: OpenFile | undefined

  private constructor(
    logger: OutputLogger,
    consoleWriter: LineWriter | undefined,
    file: OpenFile | undefined,
  ) {
    this.logger = logger
    this.#console = consoleWriter
    this.#file = file
  }

  /** Throws the system's error when the log file cannot be opened: at the start that is the operator's to mend. */
  static async open({ console: onConsole, file, categoryLevels }: LogOptions): Promise<NodeLog> {
    const logger = new OutputLogger(categoryLevels)
    let consoleWriter: LineWriter | undefined
    if (onConsole !== undefined) {
      const descriptor = DESCRIPTORS[onConsole.stream]
      consoleWriter = new LineWriter(() => descriptor)
      logger.add(outputOf(onConsole, consoleWriter), onConsole.level)
    }
    if (file === undefined) return new NodeLog(logger, consoleWriter, undefined)
    const openFile = await openLogFile(file, (problem) => logger.warning(problem))
    logger.add(outputOf(file, openFile.writer), file.level)
    return new NodeLog(logger, consoleWriter, openFile)
  }

  /** The log file; undefined without one. */
  get path(): string | undefined {
    return this.#file?.path
  }

  /** Adds an output that is there once the node runs. */
  add(options: LogOutputOptions, outputWith: (format: LineFormatter) => LogOutput): void {
    this.logger.add(outputWith(lineFormatter(options.format)), options.level)
  }

  setLevel(level: LogLevel): void {
    this.logger.setLevel(level)
  }

  /** The file was moved away by whoever rotates it: the next line goes to a new one. */
  reopen(): void {
    this.#file?.reopen()
  }

  /** Puts the file aside. False without one. */
  rotate(): boolean {
    this.#file?.rotate()
    return this.#file !== undefined
  }

  /** Writes what waits before it returns: for a process that ends now. */
  flushSync(): void {
    this.#console?.flushSync()
    this.#file?.writer.flushSync()
  }

  /** Resolves once everything is written, or cannot be. */
  async close(): Promise<void> {
    const written = Promise.all([this.#console?.flushed(), this.#file?.writer.flushed()])
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)
    })
    await Promise.race([written, late])
    clearTimeout(timer)
    await this.#file?.close()
  }
}

function outputOf({ format }: LogOutputOptions, writer: LineWriter): LogOutput {
  return new LineOutput(lineFormatter(format), writer)
}

async function openLogFile(
  { path, rotation }: NonNullable<LogOptions['file']>,
  warn: (problem: string) => void,
): Promise<OpenFile> {
  // Most nodes log to the console, and start without this.
  const { LogFile } = await import('./util/log/log-file.js')
  const file = new LogFile(path, rotation, ({ message }) =>
    warn(`${path} could not be put aside: ${message}`),
  )
  file.descriptor()
  // A line about this file must not go to it: it would be the next that cannot be written.
  const writer = new LineWriter(
    () => file.descriptor(),
    ({ message }) => process.stderr.write(`the log cannot be written to ${path} for now: ${message}\n`),
  )
  return {
    path,
    writer,
    reopen: () => {
      file.reopen()
      writer.touch()
    },
    rotate: () => {
      file.rotate()
      writer.touch()
    },
    close: async () => {
      writer.close()
      await file.close()
    },
  }
}
