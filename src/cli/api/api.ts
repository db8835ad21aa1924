import { createInterface } from 'node:readline'
import { CliError } from '../cli-error.js'
import { EXIT } from '../exit-codes.js'
import { isObject, type Json, type JsonObject, objectIn, objectsIn, textIn } from '../json.js'
import { ApiError } from './api-error.js'
import type { Target } from './target.js'
import { type HttpAnswer, type HttpRequest, Transport } from './transport.js'

/** Items of one page of a list, which the API allows at most. */
const PAGE_SIZE = 500

export interface ApiOptions {
  /** Where to go, found out when the first request is made. */
  readonly findTarget: () => Promise<Target>
  /** For one request, in milliseconds. */
  readonly timeoutMs: number
}

/** The HTTP API of one node. Requests that the node refuses reject with an {@link ApiError}. */
export class Api {
  readonly #options: ApiOptions
  #transport: Promise<Transport> | undefined
  #overview: Promise<JsonObject> | undefined

  constructor(options: ApiOptions) {
    this.#options = options
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs
  }

  async get(path: string): Promise<Json> {
    return json(await this.#ask({ method: 'GET', path }))
  }

  async object(path: string): Promise<JsonObject> {
    return objectIn(await this.get(path))
  }

  async list(path: string): Promise<JsonObject[]> {
    return objectsIn(await this.get(path))
  }

  /** A list that the API gives in pages. */
  async paged(path: string, query: Readonly<Record<string, string>> = {}): Promise<JsonObject[]> {
    const items: JsonObject[] = []
    for (let page = 1; ; page++) {
      const parameters = new URLSearchParams({ ...query, page: String(page), page_size: String(PAGE_SIZE) })
      const answer = await this.get(`${path}?${parameters}`)
      if (!isObject(answer)) return objectsIn(answer)
      items.push(...objectsIn(answer.items))
      if (page >= Number(answer.page_count)) return items
    }
  }

  /** The object at `path`; undefined when the node knows none. */
  async find(path: string): Promise<JsonObject | undefined> {
    try {
      return await this.object(path)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  put(path: string, body: Json = {}): Promise<HttpAnswer> {
    return this.#ask({ method: 'PUT', path, body: JSON.stringify(body) })
  }

  async post(path: string, body: Json = {}): Promise<Json> {
    return json(await this.#ask({ method: 'POST', path, body: JSON.stringify(body) }))
  }

  delete(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return this.#ask({ method: 'DELETE', path, headers })
  }

  /** The answer as it is, with any status. */
  async raw(request: HttpRequest): Promise<HttpAnswer> {
    this.#transport ??= this.#options.findTarget().then((target) => Transport.to(target))
    return (await this.#transport).send(request, this.#options.timeoutMs)
  }

  /** Hands over each line of an answer that does not end by itself, until `signal` is aborted or the node is gone. */
  async lines(path: string, signal: AbortSignal, take: (line: string) => void): Promise<void> {
    this.#transport ??= this.#options.findTarget().then((target) => Transport.to(target))
    const transport = await this.#transport
    try {
      const answer = await transport.open({ method: 'GET', path }, signal)
      if (answer.statusCode !== 200) {
        answer.destroy()
        throw new CliError(EXIT.unavailable, `the node answers GET ${path} with status ${answer.statusCode}`)
      }
      const lines = createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY })
      for await (const line of lines) if (line !== '') take(line)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** The same node, looked for anew: one that was not there may have come. */
  retrying(): Api {
    return new Api(this.#options)
  }

  /** The overview, asked for once. */
  overview(): Promise<JsonObject> {
    this.#overview ??= this.object('/overview')
    return this.#overview
  }

  /** Name of the node that answers. */
  async nodeName(): Promise<string> {
    return textIn((await this.overview()).node)
  }

  /** Ends the connections. */
  async close(): Promise<void> {
    await this.#transport?.then(
      (transport) => transport.close(),
      () => {},
    )
  }

  async #ask(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.raw(request)
    if (answer.status >= 200 && answer.status < 300) return answer
    const error = new ApiError(answer, `${request.method} ${request.path}`)
    if (answer.status !== 401) throw error
    throw new CliError(EXIT.config, `the node refuses the user: ${error.reason ?? 'no credentials'}`, {
      cause: error,
    })
  }
}

export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 404
}

/** Runs a deletion for which it does not matter whether the thing was there. */
export async function ifThere(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** A path with its names percent-encoded: path`/queues/${vhost}/${queue}`. */
export function path(parts: TemplateStringsArray, ...names: readonly string[]): string {
  return parts.reduce((done, part, index) => done + encodeURIComponent(names[index - 1]!) + part)
}

function json({ body }: HttpAnswer): Json {
  if (body.length === 0) return null
  try {
    return JSON.parse(body.toString()) as Json
  } catch (cause) {
    throw new CliError(EXIT.software, 'the answer is no JSON: is this the HTTP API of a broker?', { cause })
  }
}
