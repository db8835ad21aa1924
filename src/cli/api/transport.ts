import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { Agent, request as httpRequest } from 'node:http'
import { CliError } from '../cli-error.js'
import { EXIT } from '../exit-codes.js'
import { describeTarget, type Target } from './target.js'

/** Octets of an answer that are taken at most. */
const ANSWER_BYTES_MAX = 1 << 30

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** One request over HTTP. */
export interface HttpRequest {
  readonly method: string
  /** Below the API's prefix, percent-encoded. */
  readonly path: string
  readonly body?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Logs in as somebody else. */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined
}

/** The node cannot be reached. */
export class UnreachableError extends CliError {
  override readonly name = 'UnreachableError'
  readonly target: Target

  constructor(target: Target, cause: Error) {
    super(EXIT.unavailable, `${describeTarget(target)}: ${reasonOf(cause)}`, { cause })
    this.target = target
  }
}

/** Sends requests to one node, over its control socket or TCP. */
export class Transport {
  readonly target: Target
  readonly #agent: Agent
  readonly #base: RequestOptions
  readonly #send: typeof httpRequest

  private constructor(target: Target, agent: Agent, send: typeof httpRequest, base: RequestOptions) {
    this.target = target
    this.#agent = agent
    this.#send = send
    this.#base = base
  }

  static async to(target: Target): Promise<Transport> {
    if (target.kind === 'socket') {
      const agent = new Agent({ keepAlive: true, maxSockets: 4 })
      return new Transport(target, agent, httpRequest, { socketPath: target.path })
    }
    const { host, port } = target
    if (!target.tls) {
      const agent = new Agent({ keepAlive: true, maxSockets: 4 })
      return new Transport(target, agent, httpRequest, { host, port })
    }
    // Loaded only when it is wanted: the tool has to be quick.
    const https = await import('node:https')
    const agent = new https.Agent({ keepAlive: true, maxSockets: 4 })
    return new Transport(target, agent, https.request as typeof httpRequest, {
      host,
      port,
      ...tlsOptionsOf(target),
    })
  }

  /**
   * Resolves with the answer, whatever its status. Rejects with an {@link UnreachableError}, or with a CliError of
   * status 75 after `timeoutMs`.
   */
  send(request: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const { target } = this
      const body = request.body === undefined ? undefined : Buffer.from(request.body)
      const sent = this.#send(
        {
          ...this.#base,
          agent: this.#agent,
          method: request.method,
          path: `${target.kind === 'http' ? target.prefix : '/api'}${request.path}`,
          headers: {
            host: 'localhost',
            accept: 'application/json',
            ...authorization(target, request),
            ...(body === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': String(body.length) }),
            ...request.headers,
          },
        },
        (answer) => {
          collect(answer).then((octets) => {
            clearTimeout(timer)
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: octets })
          }, fail)
        },
      )
      let timer: NodeJS.Timeout | undefined
      const fail = (error: Error): void => {
        clearTimeout(timer)
        reject(error instanceof CliError ? error : new UnreachableError(target, error))
      }
      if (Number.isFinite(timeoutMs)) {
        timer = setTimeout(() => {
          const text = `operation on ${describeTarget(target)} timed out. Timeout value used: ${timeoutMs}`
          sent.destroy(new CliError(EXIT.timeout, text))
        }, timeoutMs)
      }
      sent.on('error', fail)
      sent.end(body)
    })
  }

  /**
   * The answer as it comes, for as long as it does. Rejects with an {@link UnreachableError}; an abort of `signal` ends
   * the answer.
   */
  open(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { target } = this
      const sent = this.#send(
        {
          ...this.#base,
          agent: this.#agent,
          signal,
          method: request.method,
          path: `${target.kind === 'http' ? target.prefix : '/api'}${request.path}`,
          headers: { host: 'localhost', accept: '*/*', ...authorization(target, request) },
        },
        resolve,
      )
      sent.on('error', (error) => reject(new UnreachableError(target, error)))
      sent.end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

function authorization(target: Target, { credentials }: HttpRequest): Record<string, string> {
  const who = credentials ?? (target.kind === 'http' ? target : undefined)
  if (who === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${who.username}:${who.password}`).toString('base64')}` }
}

async function collect(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += (chunk as Buffer).length
    if (size > ANSWER_BYTES_MAX) throw new Error('the answer is larger than 1 GiB')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function tlsOptionsOf(target: Extract<Target, { kind: 'http' }>): RequestOptions {
  const { caFile, certFile, keyFile, insecure, host } = target
  const read = (file: string) => {
    try {
      return readFileSync(file)
    } catch (error) {
      throw new CliError(EXIT.config, (error as Error).message)
    }
  }
  const isName = !/^[\d.]+$|:/.test(host)
  return {
    ...(isName ? { servername: host } : {}),
    ...(caFile === undefined ? {} : { ca: read(caFile) }),
    ...(certFile === undefined ? {} : { cert: read(certFile) }),
    ...(keyFile === undefined ? {} : { key: read(keyFile) }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
  } as RequestOptions
}

function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused: nothing listens there'
    case 'ENOENT':
      return 'there is no such socket: the node does not run, or keeps its data elsewhere'
    case 'EACCES':
      return 'permission denied: the control socket is for the user that the node runs as'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is not known'
    case 'ECONNRESET':
      return 'the connection was closed before an answer came'
    default:
      // Happy eyeballs fail with one error for several.
      if (error instanceof AggregateError && error.errors[0] instanceof Error)
        return reasonOf(error.errors[0])
      return error.message
  }
}
