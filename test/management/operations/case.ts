import type { Stage } from './stage.js'

/**
 * Who may use an operation, from the table of RabbitMQ's reference:
 * - `open`: everybody, without credentials too.
 * - `any`: every management tag. Where the path names a vhost, it has to be one that the user may enter.
 * - `own or monitoring`, `own or administrator`: any tag for what is the user's own, these tags for all.
 * - `policymaker`: that tag, and access to the vhost.
 * - `monitoring`, `administrator`: that tag.
 */
export type Who =
  | 'open'
  | 'any'
  | 'own or monitoring'
  | 'own or administrator'
  | 'monitoring'
  | 'policymaker'
  | 'administrator'

/** One operation of the API, and how it is tried. */
export interface OperationCase {
  /** As in the document: `PUT /queues/{vhost}/{queue}`. */
  readonly operation: string
  readonly who: Who
  /** What those are told who may not, where it differs from the usual. */
  readonly refusal?: string
  /** Status of success. */
  readonly status: number
  /** Makes what the call needs. `name` is a new one for each call; `owner` is the user whose own it should be. */
  readonly arrange?: (stage: Stage, name: string, owner: string) => Promise<unknown>
  /** Values of path parameters, percent-encoded. Default: vhost `%2F`, this node, and the call's name for all others. */
  readonly fill?:
    | Readonly<Record<string, string>>
    | ((stage: Stage, name: string, owner: string) => Record<string, string>)
  readonly query?: string
  readonly body?: unknown | ((name: string) => unknown)
  readonly headers?: Readonly<Record<string, string>>
  /**
   * What a call answers when a parameter names something that is not there: 404 unless said otherwise. A success where
   * the name is free: it is made, or a filter finds nothing.
   */
  readonly missing?: Readonly<Record<string, number>>
  /** Members of the body that take any type, as with RabbitMQ. */
  readonly lenient?: readonly string[]
  /** More requests that will not do. */
  readonly bad?: readonly BadRequest[]
  /** The answer never ends. */
  readonly isStream?: boolean
}

export interface BadRequest {
  readonly fill?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
  /** Sent as it is instead of `body`. */
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Default 400. */
  readonly status?: number
  readonly reason: RegExp
}

type Rest = Omit<OperationCase, 'operation' | 'who' | 'status'>

export function get(path: string, who: Who, rest: Rest = {}): OperationCase {
  return { operation: `GET ${path}`, who, status: 200, ...rest }
}

export function put(path: string, who: Who, status: number, rest: Rest): OperationCase {
  return { operation: `PUT ${path}`, who, status, ...rest }
}

export function post(path: string, who: Who, status: number, rest: Rest = {}): OperationCase {
  return { operation: `POST ${path}`, who, status, ...rest }
}

export function remove(path: string, who: Who, rest: Rest = {}): OperationCase {
  return { operation: `DELETE ${path}`, who, status: 204, ...rest }
}

/** A path below which nothing can be found in this release: 404 for whoever may ask. */
export function absent(operation: string, who: Who): OperationCase {
  return { operation, who, status: 404 }
}
