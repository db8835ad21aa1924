import { writeFileSync } from 'node:fs'
import { PACKAGE_VERSION } from '../util/package-version.js'
import { parseCommandLine } from './command-line.js'
import { usage } from './flags.js'
import type { PerfOptions } from './options.js'
import { reportText } from './report-text.js'
import { runScenario } from './run.js'
import { UsageError } from './usage-error.js'

/** EX_USAGE of sysexits. */
const EXIT_USAGE = 64
const EXIT_FAILURE = 1

/**
 * The `leveret-perf` command. The report goes to stdout, progress and errors to stderr. Exit status: 0 when the run came
 * to its end (by a first SIGINT too), 1 when the broker refused something or was lost, 64 for arguments that make no
 * sense; a second signal ends it at once with the status that a shell gives to the signal.
 */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const command = parseCommandLine(args)
    if (command.action === 'help') say(usage())
    else if (command.action === 'version') say(`leveret-perf ${PACKAGE_VERSION}\n`)
    else await run(command.options)
  } catch (error) {
    complain((error as Error).message)
    if (error instanceof UsageError) complain('see leveret-perf --help')
    process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE
  }
}

async function run(options: PerfOptions): Promise<void> {
  const stop = new AbortController()
  const onSignal = (_name: NodeJS.Signals, number: number): void => {
    if (stop.signal.aborted) process.exit(128 + number)
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    const report = await runScenario(options, {
      signal: stop.signal,
      progress: (line) => process.stderr.write(`${line}\n`),
    })
    const json = `${JSON.stringify({ version: PACKAGE_VERSION, ...report }, undefined, 2)}\n`
    if (options.outputFile !== undefined) writeFileSync(options.outputFile, json)
    say(options.json ? json : reportText(report))
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

function say(text: string): void {
  process.stdout.write(text)
}

function complain(text: string): void {
  process.stderr.write(`leveret-perf: ${text}\n`)
}
