import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { badValue, CliError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { isObject, type Json, textIn } from '../json.js'
import { NOTHING, text } from '../output/result.js'
import { nodeFacts } from './node-facts.js'

const base = { tools: ['rabbitmq-diagnostics'], group: 'Diagnostics' } as const
const TAIL_BYTES_MAX = 1 << 20
const TAIL_LINES_DEFAULT = 50
const CHUNK_BYTES = 64 * 1024
/** How often a log file is looked at. */
const LOOK_MS = 200
const DURATION = {
  duration: { kind: 'number', short: 'd', placeholder: 'S', doc: 'Ends after so many seconds' },
} as const

/** What goes on in a node, until it is enough: events, and the log. */
export const FOLLOWING_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'consume_event_stream',
    summary: 'What happens in the node, a JSON object in each line',
    options: {
      ...DURATION,
      pattern: { kind: 'text', placeholder: 'RE', doc: 'Only events whose name it matches: `^queue`' },
    },
    run: async (invocation) => {
      const isWanted = nameTest(invocation.text('pattern'))
      await invocation.api.lines('/events/lines', endOf(invocation), (line) => {
        if (isWanted(line)) invocation.io.out(`${line}\n`)
      })
      return NOTHING
    },
  },
  {
    ...base,
    name: 'log_tail',
    summary: 'The last lines of the log, where it is a file on this machine',
    options: { number: { kind: 'integer', short: 'N', placeholder: 'N', doc: 'How many. Default 50' } },
    banner: async ({ api }) => `Last lines of the log file of node ${await api.nodeName()} ...`,
    run: async (invocation) => {
      const file = await logFile(invocation)
      const lines = endOfFile(file).trimEnd().split('\n')
      return text(lines.slice(-(invocation.number('number') ?? TAIL_LINES_DEFAULT)).join('\n'))
    },
  },
  {
    ...base,
    name: 'log_tail_stream',
    summary: 'The log as it is written, where it is a file on this machine',
    options: DURATION,
    banner: async ({ api }) => `Streaming the log file of node ${await api.nodeName()} ...`,
    run: async (invocation) => {
      await follow(await logFile(invocation), endOf(invocation), (part) => invocation.io.out(part))
      return NOTHING
    },
  },
]

/** Aborted when --duration is over; never without it. */
function endOf(invocation: Invocation): AbortSignal {
  const seconds = invocation.number('duration')
  return seconds === undefined ? new AbortController().signal : AbortSignal.timeout(seconds * 1000)
}

/** Tells of a line of JSON whether its event is wanted. */
function nameTest(pattern: string | undefined): (line: string) => boolean {
  if (pattern === undefined) return () => true
  let expression: RegExp
  try {
    expression = new RegExp(pattern)
  } catch {
    throw badValue(`not a regular expression: ${pattern}`)
  }
  return (line) => {
    const value = JSON.parse(line) as Json
    return isObject(value) && expression.test(textIn(value.event))
  }
}

async function logFile(invocation: Invocation): Promise<string> {
  const { log_files: files } = await nodeFacts(invocation)
  const found = Array.isArray(files) ? files.map(textIn).find((file) => file.startsWith('/')) : undefined
  if (found !== undefined) return found
  throw new CliError(EXIT.unavailable, 'the node writes its log to its stderr, not to a file')
}

function endOfFile(file: string): string {
  return withFile(file, (fd, { size }) => read(fd, Math.max(0, size - TAIL_BYTES_MAX), size).toString())
}

/** Hands over what is written to a file from now on, also when it is put aside and begun anew. */
async function follow(file: string, signal: AbortSignal, take: (part: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  let seen = withFile(file, (_fd, { ino, size }) => ({ ino, size }))
  while (!signal.aborted) {
    const { ino, size } = statOf(file) ?? seen
    // Another file of the name, or one that was cut short, is read from its start.
    const from = ino === seen.ino && size >= seen.size ? seen.size : 0
    if (size > from)
      take(
        decoder.decode(
          withFile(file, (fd) => read(fd, from, size)),
          { stream: true },
        ),
      )
    seen = { ino, size }
    await delay(LOOK_MS, undefined, { signal }).catch(() => {})
  }
}

/** Undefined while a file is put aside and the next one is not there yet. */
function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false })
}

function withFile<T>(file: string, use: (fd: number, stats: Stats) => T): T {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch (error) {
    throw new CliError(EXIT.unavailable, (error as Error).message)
  }
  try {
    return use(fd, statSync(file))
  } finally {
    closeSync(fd)
  }
}

/** The octets from one position to another; fewer when the file ends before. */
function read(fd: number, from: number, to: number): Buffer {
  const parts: Buffer[] = []
  for (let at = from; at < to; ) {
    const part = Buffer.alloc(Math.min(CHUNK_BYTES, to - at))
    const count = readSync(fd, part, 0, part.length, at)
    if (count === 0) break
    parts.push(part.subarray(0, count))
    at += count
  }
  return Buffer.concat(parts)
}
