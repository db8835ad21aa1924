import type { Json, JsonObject } from '../json.js'
import type { FormatterName } from '../option-spec.js'
import { cellJson, cellText } from './cell-text.js'
import { prettyTable } from './pretty-table.js'
import type { Result, Row, RowsResult, TextResult } from './result.js'

/** How output is wanted. */
export interface OutputForm {
  readonly formatter: FormatterName
  readonly headers: boolean
}

/** True for forms that programs read, where nothing but the data may appear. */
export function isForMachines(formatter: FormatterName): boolean {
  return formatter === 'json' || formatter === 'csv'
}

/** The text of a result with the newline at its end; empty when there is nothing to say. */
export function formatResult(result: Result, form: OutputForm): string {
  if (result.kind === 'none') return ''
  return result.kind === 'rows' ? formatRows(result, form) : formatText(result, form)
}

function formatRows(result: RowsResult, { formatter, headers }: OutputForm): string {
  const { columns, rows } = result
  const cells = (row: Row) => columns.map((column) => cellText(row[column]))
  switch (formatter) {
    case 'json':
      return jsonRows(columns, rows)
    case 'csv':
      return [...(headers ? [columns] : []), ...rows.map(cells)]
        .map((line) => `${csvLine(line)}\r\n`)
        .join('')
    case 'pretty_table':
      return rows.length === 0 ? '' : prettyTable(headers ? columns : undefined, rows.map(cells))
    default: {
      // rabbitmqctl writes no header above nothing.
      const lines = rows.map(cells)
      if (headers && rows.length > 0) lines.unshift([...columns])
      return lines.map((line) => `${line.join('\t')}\n`).join('')
    }
  }
}

/** A valid array, but with a row a line: tools read either. */
function jsonRows(columns: readonly string[], rows: readonly Row[]): string {
  const lines = rows.map((row, index) => {
    const object: JsonObject = {}
    for (const column of columns) object[column] = cellJson(row[column])
    return `${index === 0 ? '' : ','}${JSON.stringify(object)}`
  })
  return `${['[', ...lines, ']'].join('\n')}\n`
}

function csvLine(fields: readonly string[]): string {
  return fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')
}

function formatText({ text, json, exitCode }: TextResult, { formatter }: OutputForm): string {
  if (formatter === 'json') {
    const value: Json = json ?? { result: exitCode === undefined ? 'ok' : 'error', value: text }
    return `${JSON.stringify(value)}\n`
  }
  return text === '' ? '' : `${text}\n`
}
