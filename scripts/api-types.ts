/** The part of an OpenAPI document that types are made from. */
export interface ApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, ApiSchema>> }
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>
}

interface ApiOperation {
  readonly summary: string
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: ApiContent
  readonly responses: Readonly<Record<string, ApiContent>>
}

interface ApiContent {
  readonly content?: Readonly<Record<string, { readonly schema?: ApiSchema }>>
}

interface ApiSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, ApiSchema>>
  readonly required?: readonly string[]
  readonly items?: ApiSchema
  readonly maxItems?: number
  readonly enum?: readonly (string | number | boolean | null)[]
  readonly oneOf?: readonly ApiSchema[]
  readonly additionalProperties?: boolean | ApiSchema
}

const HEAD = `/**
 * What the HTTP API takes and gives. Made from its OpenAPI document by scripts/generate-api-types.ts; edit that, or the
 * routes in src/management/.
 */
// biome-ignore-all format: generated

`

/**
 * A module of types: an interface for each component, and \`Paths\`, which has for each path and method the names of
 * query parameters, the body and the answer. The subset of JSON schema is that of our own document.
 */
export function apiTypes({ components, paths }: ApiDocument): string {
  const named = Object.entries(components.schemas).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema, '')}\n`,
  )
  const byPath = Object.entries(paths).map(([path, methods]) => {
    const operations = Object.entries(methods).map(([method, operation]) => operationText(method, operation))
    return `  readonly '${path}': {\n${operations.join('')}  }\n`
  })
  return `${HEAD}${named.join('\n')}\nexport interface Paths {\n${byPath.join('')}}\n`
}

function operationText(method: string, operation: ApiOperation): string {
  const { summary, parameters, requestBody, responses } = operation
  const names = parameters.filter((each) => each.in === 'query').map(({ name }) => `'${name}'`)
  const answer = responses['200'] === undefined ? 'undefined' : contentType(responses['200'])
  return [
    `    /** ${summary.replace(/[.]?$/, '.')} */`,
    `    readonly ${method.toUpperCase()}: {`,
    `      readonly query: ${names.join(' | ') || 'never'}`,
    `      readonly body: ${requestBody === undefined ? 'undefined' : contentType(requestBody)}`,
    `      readonly answer: ${answer}`,
    '    }',
    '',
  ].join('\n')
}

function contentType({ content = {} }: ApiContent): string {
  const schema = content['application/json']?.schema
  return schema === undefined ? 'unknown' : typeOf(schema, '      ')
}

function typeOf(schema: ApiSchema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
  if (schema.oneOf !== undefined) return schema.oneOf.map((each) => typeOf(each, indent)).join(' | ')
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ')
  if (schema.type === undefined) return 'unknown'
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type
  return types.map((type) => simpleType(type, schema, indent)).join(' | ')
}

function simpleType(type: string, schema: ApiSchema, indent: string): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      if (schema.maxItems === 0) return 'readonly []'
      return schema.items === undefined ? 'readonly unknown[]' : arrayOf(schema.items, indent)
    case 'object':
      return objectType(schema, indent)
    default:
      throw new Error(`a type of the document that has none here: ${type}`)
  }
}

function arrayOf(items: ApiSchema, indent: string): string {
  const item = typeOf(items, indent)
  const isOne =
    items.$ref !== undefined || (typeof items.type === 'string' && items.type !== 'array' && !items.enum)
  return isOne ? `readonly ${item}[]` : `readonly (${item})[]`
}

function objectType(
  { properties = {}, required = [], additionalProperties }: ApiSchema,
  indent: string,
): string {
  const inner = `${indent}  `
  const members = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?'
    return `${inner}readonly ${literalKey(name)}${mark}: ${typeOf(schema, inner)}\n`
  })
  if (members.length > 0) return `{\n${members.join('')}${indent}}`
  const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown'
  return `{ readonly [name: string]: ${values} }`
}

function literalKey(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`
}

function literal(value: string | number | boolean | null): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}
