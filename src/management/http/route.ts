import type { Answer } from './answer.js'
import type { ApiRequest } from './api-request.js'

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'

/**
 * Who may use a route. Where the path names a vhost, all but `open`, `administrator` and `monitoring` need access to
 * it too (administrators have it); tags imply one another as in RabbitMQ.
 */
export type Access = 'open' | 'management' | 'monitoring' | 'policymaker' | 'administrator'

/** A JSON schema, for the OpenAPI document. Those with a title are kept once, among its components. */
export interface Schema {
  readonly title?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly (string | number | boolean | null)[]
  readonly oneOf?: readonly Schema[]
  readonly maxItems?: number
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
  /** Statuses of success. Default: 200 for a GET or with an `answer`, else 204, and 201 as well for a PUT. */
  readonly successes?: readonly number[]
  /** Content type of a 200 that is not JSON. */
  readonly answerType?: string
  /** Of a 503: what is not well. An error like any other when `refusals` has 503. */
  readonly failure?: Schema
  /** Statuses of refusals beyond those that every route has. */
  readonly refusals?: readonly number[]
  /** Names of query parameters beside those of lists. */
  readonly query?: readonly string[]
  /** A list takes `sort`, `columns` and the like; `page` and its kin only where RabbitMQ pages. */
  readonly list?: 'paged' | 'plain'
  /** Insists on this content type. */
  readonly contentType?: string
  /** Largest body in bytes, when it differs from the server's. */
  readonly bodyBytesMax?: number
  handle(request: ApiRequest): Answer | Promise<Answer>
}
