import type { Answer } from './answer.js'
import type { ApiRequest } from './api-request.js'

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'

/**
 * Who may use a route. Where the path names a vhost, all but `open`, `administrator` and `monitoring` need access to
 * it too (administrators have it); tags imply one another as in RabbitMQ.
 */
export type Access = 'open' | 'management' | 'monitoring' | 'policymaker' | 'administrator'

/** A JSON schema, for the OpenAPI document. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly (string | number | null)[]
  readonly oneOf?: readonly Schema[]
  readonly additionalProperties?: boolean | Schema
}

/** One operation of the API. What it takes and gives is described by schemas, from which the documentation is made. */
export interface Route {
  readonly method: Method
  /** Below `/api`, with parameters as `:vhost`. */
  readonly path: string
  readonly access: Access
  /** One line for the documentation. */
  readonly summary: string
  readonly body?: Schema
  /** Of a 200. */
  readonly answer?: Schema
  /** Names of query parameters beside those of lists. */
  readonly query?: readonly string[]
  /** A list: takes `sort`, `columns` and the like. */
  readonly isList?: boolean
  /** Insists on this content type. */
  readonly contentType?: string
  /** Largest body in bytes, when it differs from the server's. */
  readonly bodyBytesMax?: number
  handle(request: ApiRequest): Answer | Promise<Answer>
}
