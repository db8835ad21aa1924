import { type ReactNode, useId } from 'react'
import { Button } from './basics.js'

interface FieldProps {
  readonly label: string
  readonly hint?: ReactNode
}

function Field(props: FieldProps & { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={props.id}>{props.label}</label>
      {props.children}
      {props.hint !== undefined && <p className="hint">{props.hint}</p>}
    </div>
  )
}

export function TextField(
  props: FieldProps & {
    readonly value: string
    readonly onChange: (value: string) => void
    readonly type?: 'text' | 'password' | 'number'
    readonly required?: boolean
    readonly mono?: boolean
    readonly placeholder?: string
    readonly list?: readonly string[]
    readonly autoFocus?: boolean
    readonly autoComplete?: string
  },
) {
  const id = useId()
  return (
    <Field id={id} {...props}>
      <input
        id={id}
        className={`input ${props.mono === true ? 'mono' : ''}`}
        type={props.type ?? 'text'}
        value={props.value}
        required={props.required}
        placeholder={props.placeholder}
        autoComplete={props.autoComplete ?? 'off'}
        // biome-ignore lint/a11y/noAutofocus: the first field of a dialog that was asked for
        autoFocus={props.autoFocus}
        spellCheck={false}
        list={props.list === undefined ? undefined : `${id}-list`}
        onChange={(event) => props.onChange(event.target.value)}
      />
      {props.list !== undefined && (
        <datalist id={`${id}-list`}>
          {props.list.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </Field>
  )
}

export function AreaField(
  props: FieldProps & {
    readonly value: string
    readonly onChange: (value: string) => void
    readonly rows?: number
    readonly required?: boolean
  },
) {
  const id = useId()
  return (
    <Field id={id} {...props}>
      <textarea
        id={id}
        className="input mono"
        rows={props.rows ?? 6}
        value={props.value}
        required={props.required}
        spellCheck={false}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </Field>
  )
}

export function SelectField<Value extends string>(
  props: FieldProps & {
    readonly value: Value
    readonly onChange: (value: Value) => void
    readonly options: readonly (readonly [value: Value, text: string])[]
  },
) {
  const id = useId()
  return (
    <Field id={id} {...props}>
      <select
        id={id}
        className="input"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value as Value)}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  )
}

export function CheckField(props: {
  readonly label: string
  readonly hint?: ReactNode
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <span>
        {props.label}
        {props.hint !== undefined && <span className="hint">{props.hint}</span>}
      </span>
    </label>
  )
}

export type ArgumentType = 'string' | 'number' | 'boolean' | 'json'

export interface ArgumentRow {
  readonly id: number
  readonly name: string
  readonly type: ArgumentType
  readonly text: string
}

let lastRowId = 0

export function argumentRow(name = '', type: ArgumentType = 'string', text = ''): ArgumentRow {
  return { id: ++lastRowId, name, type, text }
}

export function rowsOf(values: Readonly<Record<string, unknown>>): ArgumentRow[] {
  return Object.entries(values).map(([name, value]) => {
    if (typeof value === 'string') return argumentRow(name, 'string', value)
    if (typeof value === 'number') return argumentRow(name, 'number', String(value))
    if (typeof value === 'boolean') return argumentRow(name, 'boolean', String(value))
    return argumentRow(name, 'json', JSON.stringify(value))
  })
}

/** Throws what is wrong, in words. */
export function valuesOf(rows: readonly ArgumentRow[]): Record<string, unknown> {
  return Object.fromEntries(
    rows.filter(({ name }) => name !== '').map((row) => [row.name, parsedValueOf(row)]),
  )
}

function parsedValueOf({ name, type, text }: ArgumentRow): unknown {
  switch (type) {
    case 'string':
      return text
    case 'number': {
      const value = Number(text)
      if (text.trim() === '' || Number.isNaN(value)) throw new Error(`${name}: '${text}' is not a number`)
      return value
    }
    case 'boolean':
      return text === 'true'
    case 'json':
      try {
        return JSON.parse(text)
      } catch {
        throw new Error(`${name}: this is not JSON`)
      }
  }
}

/** Names with typed values: arguments, headers, keys of policies. */
export function ArgumentsField(props: {
  readonly label: string
  readonly rows: readonly ArgumentRow[]
  readonly onChange: (rows: readonly ArgumentRow[]) => void
  readonly known?: Readonly<Record<string, { readonly type: ArgumentType; readonly hint: string }>>
}) {
  const id = useId()
  const { rows, onChange, known = {} } = props
  function change(row: ArgumentRow, changes: Partial<ArgumentRow>): void {
    onChange(rows.map((each) => (each.id === row.id ? { ...each, ...changes } : each)))
  }
  return (
    <fieldset className="arguments">
      <legend>{props.label}</legend>
      {rows.map((row) => (
        <div key={row.id} className="argument">
          <input
            className="input mono"
            aria-label="Name"
            placeholder="name"
            list={`${id}-known`}
            value={row.name}
            spellCheck={false}
            onChange={(event) => {
              const type = known[event.target.value]?.type
              change(row, { name: event.target.value, ...(type === undefined ? {} : { type }) })
            }}
          />
          <select
            className="input"
            aria-label={`Type of ${row.name}`}
            value={row.type}
            onChange={(event) => change(row, { type: event.target.value as ArgumentType })}
          >
            <option value="string">text</option>
            <option value="number">number</option>
            <option value="boolean">yes / no</option>
            <option value="json">JSON</option>
          </select>
          {row.type === 'boolean' ? (
            <select
              className="input"
              aria-label={`Value of ${row.name}`}
              value={row.text}
              onChange={(event) => change(row, { text: event.target.value })}
            >
              <option value="true">true</option>
              <option value="false">false</option>
            </select>
          ) : (
            <input
              className="input mono"
              aria-label={`Value of ${row.name}`}
              placeholder="value"
              value={row.text}
              spellCheck={false}
              onChange={(event) => change(row, { text: event.target.value })}
            />
          )}
          <Button
            tone="quiet"
            icon="close"
            aria-label={`Remove ${row.name}`}
            onClick={() => onChange(rows.filter((each) => each.id !== row.id))}
          />
          {known[row.name] !== undefined && <p className="hint">{known[row.name]?.hint}</p>}
        </div>
      ))}
      <datalist id={`${id}-known`}>
        {Object.keys(known).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Button icon="plus" tone="quiet" onClick={() => onChange([...rows, argumentRow()])}>
        Add {props.label.toLowerCase().replace(/s$/, '')}
      </Button>
    </fieldset>
  )
}
