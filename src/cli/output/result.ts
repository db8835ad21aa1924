import type { ExitCode } from '../exit-codes.js'
import type { Json, JsonObject } from '../json.js'

/** A cell of a table: JSON, or arguments of AMQP, whose types JSON output tells. */
export type Cell = Json | undefined | AmqpTable

/** A field table as the API sends it. */
export class AmqpTable {
  readonly fields: JsonObject

  constructor(fields: JsonObject) {
    this.fields = fields
  }
}

export type Row = Readonly<Record<string, Cell>>

/** What a command has to show. */
export type Result = RowsResult | TextResult | NoResult

export interface RowsResult {
  readonly kind: 'rows'
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

export interface TextResult {
  readonly kind: 'text'
  /** Without the newline at the end; empty for nothing. */
  readonly text: string
  /** The same for machines. Default: the text as `value`. */
  readonly json?: Json
  /** Default 0; the text of a failure goes to stderr, after `Error:`. */
  readonly exitCode?: ExitCode
}

/** Of a command that wrote what it had to say while it ran. */
export interface NoResult {
  readonly kind: 'none'
}

export const NOTHING: NoResult = { kind: 'none' }

export function rows(columns: readonly string[], items: readonly Row[]): RowsResult {
  return { kind: 'rows', columns, rows: items }
}

export function text(value: string, json?: Json): TextResult {
  return json === undefined ? { kind: 'text', text: value } : { kind: 'text', text: value, json }
}

/** Done, and nothing to tell. */
export const DONE: TextResult = { kind: 'text', text: '', json: { result: 'ok' } }

/** The outcome of a check. */
export function checked(
  isOk: boolean,
  message: string,
  exitCode: ExitCode,
  details: JsonObject = {},
): TextResult {
  const json: JsonObject = { result: isOk ? 'ok' : 'error', message, ...details }
  return isOk ? { kind: 'text', text: message, json } : { kind: 'text', text: message, json, exitCode }
}
