import type { TestContext } from 'node:test'
import { startBroker } from '../../src/broker.js'
import type { BrokerOptions } from '../../src/config/broker-options.js'
import { cleanUp } from '../support/cleanup.js'
import { DescribedAnswers, type OpenApiDocument } from './described-answers.js'

/** What came back: the body parsed where it is JSON. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // Tests look into answers of every shape; a wrong shape fails the assertion that reads it.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly json: any
}

export interface RequestOptions {
  readonly body?: unknown
  /** Sent as it is instead of `body`. */
  readonly raw?: string
  readonly user?: string
  readonly password?: string
  readonly headers?: Record<string, string>
}

/** Made from the document of the first broker that answers: they all have the same. */
let described: Promise<DescribedAnswers> | undefined

/** The HTTP API of a broker that was started for one test. Every answer is held against the document that describes it. */
export class Api {
  readonly broker: Awaited<ReturnType<typeof startBroker>>
  readonly url: string

  constructor(broker: Awaited<ReturnType<typeof startBroker>>, scheme = 'http') {
    this.broker = broker
    this.url = `${scheme}://127.0.0.1:${broker.managementPort}${broker.options.managementPathPrefix}`
  }

  async send(method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
    const response = await this.#fetch(method, path, options)
    return this.#replyOf(method, path, response, await response.text())
  }

  /** Begins to read an answer that never ends; a refusal is read whole. */
  async begin(path: string, options: RequestOptions = {}): Promise<Reply> {
    const response = await this.#fetch('GET', path, options)
    if (response.status !== 200) return this.#replyOf('GET', path, response, await response.text())
    const reader = response.body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    await reader?.cancel()
    return this.#replyOf('GET', path, response, new TextDecoder().decode(value))
  }

  #fetch(method: string, path: string, options: RequestOptions): Promise<Response> {
    const { body, raw, user = 'guest', password = 'guest', headers = {} } = options
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const credentials = Buffer.from(`${user}:${password}`).toString('base64')
    return fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(user === '' ? {} : { authorization: `Basic ${credentials}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
    })
  }

  async #replyOf(method: string, path: string, response: Response, text: string): Promise<Reply> {
    const { status, headers } = response
    const contentType = headers.get('content-type')
    if (path.startsWith('/api/')) {
      described ??= this.document().then((document) => new DescribedAnswers(document))
      ;(await described).check({ method, path, status, contentType, text })
    }
    const isJson = contentType?.startsWith('application/json') && text !== ''
    return { status, headers, text, json: isJson ? JSON.parse(text) : undefined }
  }

  /** What the broker says of its API. */
  async document(): Promise<OpenApiDocument> {
    const response = await fetch(`${this.url}/api/docs/openapi.json`)
    return (await response.json()) as OpenApiDocument
  }

  get(path: string, options?: RequestOptions): Promise<Reply> {
    return this.send('GET', path, options)
  }

  put(path: string, body: unknown, options?: RequestOptions): Promise<Reply> {
    return this.send('PUT', path, { ...options, body })
  }

  post(path: string, body: unknown, options?: RequestOptions): Promise<Reply> {
    return this.send('POST', path, { ...options, body })
  }

  delete(path: string, options?: RequestOptions): Promise<Reply> {
    return this.send('DELETE', path, options)
  }

  /** Makes a user with the tags, password `pw`, and all permissions in `/`. */
  async addUser(name: string, tags: string): Promise<RequestOptions> {
    await this.put(`/api/users/${name}`, { password: 'pw', tags })
    await this.put(`/api/permissions/%2F/${name}`, { configure: '.*', write: '.*', read: '.*' })
    return { user: name, password: 'pw' }
  }
}

export async function startApi(t: TestContext, options: Partial<BrokerOptions> = {}): Promise<Api> {
  const broker = await startBroker({
    logLevel: 'none',
    managementPort: 0,
    ...options,
    listeners: { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] },
  })
  cleanUp(t, () => broker.stop())
  return new Api(broker)
}
