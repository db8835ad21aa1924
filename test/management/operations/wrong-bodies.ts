import type { BadRequest } from './case.js'

interface PropertySchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly oneOf?: readonly PropertySchema[]
}
interface BodySchema {
  readonly properties?: Readonly<Record<string, PropertySchema>>
  readonly required?: readonly string[]
}

const ANY_REASON = /./
/** A value of each kind. */
const VALUES: Readonly<Record<string, unknown>> = {
  string: 'nonsense',
  integer: 5,
  number: 5.5,
  boolean: true,
  object: { a: 1 },
  array: [{ a: 1 }],
}

/**
 * Bodies that the schema does not allow, made from one that it does: no JSON, no object, a required member left out, a
 * member of another kind. Members in `lenient` may be of any kind.
 */
export function wrongBodies(schema: BodySchema, right: unknown, lenient: readonly string[]): BadRequest[] {
  const whole = right as Readonly<Record<string, unknown>>
  const wrong: BadRequest[] = ['{bad', '[1]', '5', '"x"'].map((raw) => ({ raw, reason: /^not_json$|needed/ }))
  for (const name of schema.required ?? []) {
    const { [name]: _, ...rest } = whole
    wrong.push({ body: rest, reason: ANY_REASON })
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (lenient.includes(name)) continue
    for (const value of wrongValues(property))
      wrong.push({ body: { ...whole, [name]: value }, reason: ANY_REASON })
  }
  return wrong
}

function wrongValues(property: PropertySchema): unknown[] {
  const kinds = kindsOf(property)
  if (kinds.size === 0) return []
  if (property.enum !== undefined) return ['nonsense', 5]
  return Object.entries(VALUES)
    .filter(([kind]) => !kinds.has(kind) && !(kind === 'integer' && kinds.has('number')))
    .map(([, value]) => value)
}

function kindsOf({ type, oneOf }: PropertySchema): ReadonlySet<string> {
  if (oneOf !== undefined) return new Set(oneOf.flatMap((each) => [...kindsOf(each)]))
  return new Set(type === undefined ? [] : typeof type === 'string' ? [type] : type)
}
