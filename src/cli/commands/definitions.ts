import { readFileSync, writeFileSync } from 'node:fs'
import { ApiError, refusedAs } from '../api/api-error.js'
import { badValue, CliError, UsageError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { DONE, text } from '../output/result.js'
import { parsedJson } from './values.js'

const FORMAT = { format: { kind: 'text', placeholder: 'F', doc: 'json, which is the only one' } } as const

const base = { tools: ['rabbitmqctl'], group: 'Definitions' } as const

export const DEFINITION_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'export_definitions',
    summary:
      'Writes users, virtual hosts, queues and everything else that is declared into a file, or to stdout',
    arguments: [{ name: 'FILE|-', isOptional: true }],
    options: FORMAT,
    banner: ({ args: [file = '-'] }) =>
      file === '-' ? [] : `Exporting definitions in JSON to a file at "${file}" ...`,
    run: async (invocation) => {
      checkFormat(invocation)
      const [file = '-'] = invocation.args
      const definitions = await invocation.api.get('/definitions')
      if (file === '-') return text(JSON.stringify(definitions), definitions)
      writeFile(file, `${JSON.stringify(definitions)}\n`)
      return DONE
    },
  },
  {
    ...base,
    name: 'import_definitions',
    summary:
      'Takes in a file that export_definitions of Leveret or RabbitMQ has written; all of it, or nothing',
    arguments: [{ name: 'FILE', isOptional: true }],
    options: {
      ...FORMAT,
      'skip-if-unchanged': {
        kind: 'switch',
        doc: 'Accepted; an import changes nothing that is as it should be',
      },
    },
    banner: ({ args: [file = '-'] }) =>
      file === '-'
        ? 'Importing definitions in JSON from standard input ...'
        : `Importing definitions in JSON from a file at "${file}" ...`,
    run: async (invocation) => {
      checkFormat(invocation)
      const [file = '-'] = invocation.args
      const source = file === '-' ? await invocation.io.input() : readFile(file)
      const definitions = parsedJson(source.toString())
      try {
        await invocation.api.post('/definitions', definitions)
      } catch (error) {
        throw error instanceof ApiError ? refusedAs(EXIT.unavailable, error) : error
      }
      return text('Successfully imported definitions.')
    },
  },
]

function checkFormat(invocation: Invocation): void {
  const format = invocation.text('format') ?? 'json'
  if (format.toLowerCase() !== 'json') throw new UsageError(`--format is json, not ${format}`)
}

function writeFile(path: string, content: string): void {
  try {
    // Password hashes are in it.
    writeFileSync(path, content, { mode: 0o600 })
  } catch (error) {
    throw new CliError(EXIT.data, (error as Error).message, { cause: error })
  }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw badValue((error as Error).message)
  }
}
