import assert from 'node:assert/strict'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

/** One answer of the API. */
export interface Exchanged {
  readonly method: string
  /** From `/api` on, with the query. */
  readonly path: string
  readonly status: number
  readonly contentType: string | null
  readonly text: string
}

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}
export interface Operation {
  readonly operationId: string
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: object } } }
  readonly responses: Readonly<Record<string, Response>>
}
export interface OpenApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** Refusals that come without a body. */
const EMPTY_REFUSALS = [401, 406, 415]
/** What may become of a request to something that is not described: a method that the path lacks, or no path. */
const UNDESCRIBED = [400, 302, 403, 404, 405]

/**
 * Holds answers against the document that describes them. The document leaves room for members of later versions; here
 * a member that it does not name is a mistake, unless it says that there may be any.
 */
export class DescribedAnswers {
  readonly #paths: readonly (readonly [path: readonly string[], operations: Record<string, Operation>])[]
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false })
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(document: OpenApiDocument) {
    this.#paths = Object.entries(document.paths)
      .map(([path, operations]) => [path.split('/').slice(1), operations] as const)
      // Names before parameters, as the router has it.
      .sort(([a], [b]) => (sortKey(a) < sortKey(b) ? -1 : 1))
    for (const readsColumns of [false, true]) {
      const { schemas } = document.components
      this.#ajv.addSchema({ $id: idOf(readsColumns), $defs: transformed(schemas, readsColumns) as object })
    }
  }

  /** Fails when the answer is not as described. */
  check(exchanged: Exchanged): void {
    const { method, path, status, contentType, text } = exchanged
    const url = new URL(path, 'http://api')
    const operations = this.#operationsAt(url.pathname)
    const operation = operations?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
    const what = `${method} ${path} -> ${status} ${text.slice(0, 300)}`
    if (method === 'OPTIONS') {
      assert.equal(status, 200, what)
      return
    }
    if (operation === undefined) {
      assert.ok(UNDESCRIBED.includes(status), `not described: ${what}`)
      assert.ok(status !== 405 || operations !== undefined, what)
      return
    }
    const response = operation.responses[status]
    assert.ok(response !== undefined, `status not described: ${what}`)
    if (method === 'HEAD' || (text === '' && EMPTY_REFUSALS.includes(status))) return
    const type = contentType?.split(';')[0] ?? ''
    const content = response.content?.[type]
    assert.ok(content !== undefined || text === '', `body or content type ${type} not described: ${what}`)
    assert.ok(type !== 'application/json' || text !== '', `no body: ${what}`)
    if (content?.schema === undefined) return
    const readsColumns = url.searchParams.has('columns')
    const key = `${operation.operationId} ${status} ${type} ${readsColumns}`
    const validate = this.#validator(key, content.schema, readsColumns)
    if (!validate(JSON.parse(text))) assert.fail(`${this.#ajv.errorsText(validate.errors)}: ${what}`)
  }

  #operationsAt(path: string): Record<string, Operation> | undefined {
    const segments = path
      .replace(/^\/api/, '')
      .replace(/\/$/, '')
      .split('/')
      .slice(1)
    const fits = (template: readonly string[]): boolean =>
      template.length === segments.length &&
      template.every((segment, i) => segment.startsWith('{') || segment === segments[i])
    return this.#paths.find(([template]) => fits(template))?.[1]
  }

  #validator(key: string, schema: object, readsColumns: boolean): ValidateFunction {
    let validator = this.#validators.get(key)
    if (validator === undefined) {
      validator = this.#ajv.compile(transformed(schema, readsColumns) as object)
      this.#validators.set(key, validator)
    }
    return validator
  }
}

function sortKey(path: readonly string[]): string {
  return path.map((segment) => (segment.startsWith('{') ? '~' : segment)).join('/')
}

function idOf(readsColumns: boolean): string {
  return readsColumns ? 'columns' : 'whole'
}

/** Objects closed to members that are not named; with `columns` any member may be missing. */
function transformed(schema: unknown, readsColumns: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((each) => transformed(each, readsColumns))
  if (typeof schema !== 'object' || schema === null) return schema
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'required' && readsColumns && Array.isArray(value)) continue
    if (key === '$ref') {
      result[key] = String(value).replace('#/components/schemas/', `${idOf(readsColumns)}#/$defs/`)
    } else {
      result[key] = transformed(value, readsColumns)
    }
  }
  const isObjectSchema = 'properties' in schema && typeof schema.properties === 'object'
  if (isObjectSchema && !('additionalProperties' in schema)) result.additionalProperties = false
  return result
}
