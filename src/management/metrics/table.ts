/** The kinds of metrics of the text format. */
export type MetricType = 'counter' | 'gauge' | 'untyped' | 'histogram' | 'summary'

/** One metric of a family: its name without prefix, and what it says. */
export interface MetricSpec {
  readonly name: string
  readonly type: MetricType
  readonly help: string
}

/** The numbers of a family: one row for each thing, one column for each metric. NaN is left out when written. */
export class MetricTable {
  readonly specs: readonly MetricSpec[]
  readonly labels: string[] = []
  private readonly values: number[] = []

  constructor(specs: readonly MetricSpec[]) {
    this.specs = specs
  }

  /** `labels` with braces, or empty. */
  add(labels: string, values: readonly number[]): void {
    this.labels.push(labels)
    for (let i = 0; i < this.specs.length; i++) this.values.push(values[i]!)
  }

  value(row: number, column: number): number {
    return this.values[row * this.specs.length + column]!
  }

  /** The same metrics as one row: sums over all rows, without labels. */
  get sum(): MetricTable {
    const sums = this.specs.map((_, column) => {
      let sum = this.labels.length === 0 ? 0 : Number.NaN
      for (let row = 0; row < this.labels.length; row++) {
        const value = this.value(row, column)
        if (!Number.isNaN(value)) sum = Number.isNaN(sum) ? value : sum + value
      }
      return sum
    })
    const table = new MetricTable(this.specs)
    table.add('', sums)
    return table
  }
}

export function counter(name: string, help: string): MetricSpec {
  return { name, type: 'counter', help }
}

export function gauge(name: string, help: string): MetricSpec {
  return { name, type: 'gauge', help }
}

export function untyped(name: string, help: string): MetricSpec {
  return { name, type: 'untyped', help }
}

/** `{a="1",b="2"}`, escaped as the text format wants it. */
export function labelsOf(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `{${parts.join(',')}}`
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value)
    ? value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
    : value
}

/** Rows that are written before the event loop has its turn. */
const ROWS_PER_PART = 200

/** The text of a table, in parts between which the loop may be let go. */
export function* writeTable(table: MetricTable, prefix: string): Generator<string> {
  for (let column = 0; column < table.specs.length; column++) {
    const { name, type, help } = table.specs[column]!
    const full = `${prefix}${name}`
    let text = `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n`
    for (let row = 0; row < table.labels.length; row++) {
      const value = table.value(row, column)
      if (!Number.isNaN(value)) text += `${full}${table.labels[row]} ${value}\n`
      if (row % ROWS_PER_PART !== ROWS_PER_PART - 1) continue
      yield text
      text = ''
    }
    yield text
  }
}

/** One row without labels. */
export function singleRow(columns: readonly (readonly [MetricSpec, number])[]): MetricTable {
  return table(
    columns.map(([spec]) => spec),
    [['', columns.map(([, value]) => value)]],
  )
}

/** A table of rows that are known. */
export function table(
  specs: readonly MetricSpec[],
  rows: readonly (readonly [string, readonly number[]])[],
): MetricTable {
  const made = new MetricTable(specs)
  for (const [labels, values] of rows) made.add(labels, values)
  return made
}
