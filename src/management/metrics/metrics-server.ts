import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from '../../util/logger.js'
import type { MetricsSources } from './registries.js'
import { ScrapeMeter } from './scrape-meter.js'

export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4'
/** Scrapes at a time; each holds a table of all queues. */
const SCRAPES_MAX = 8

export interface MetricsServerOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

/** The Prometheus endpoint: plain HTTP without a login, as RabbitMQ's is. It only ever reads. */
export class MetricsServer {
  readonly #sources: MetricsSources
  readonly #options: MetricsServerOptions
  readonly #logger: Logger
  readonly #server: Server
  readonly #meter = new ScrapeMeter()
  #scrapes = 0

  constructor(sources: MetricsSources, options: MetricsServerOptions, logger: Logger) {
    this.#sources = sources
    this.#options = options
    this.#logger = logger
    this.#server = createServer((request, response) => void this.#handle(request, response))
  }

  /** Rejects with the system's error. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host: this.#options.host, port: this.#options.port }, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  /** Undefined while it does not listen. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    const address = this.#server.address() as AddressInfo | null
    return address === null ? undefined : { host: address.address, port: address.port }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response)
    } catch (error) {
      this.#logger.error('metrics could not be written', error)
      response.destroy()
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    // Most of a broker's starts are over before anybody asks.
    const { metricsAt } = await import('./registries.js')
    const parts = metricsAt(this.#sources, pathname, searchParams)
    if (parts === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Unknown Registry')
      return
    }
    if (this.#scrapes >= SCRAPES_MAX) {
      response.writeHead(503, { 'retry-after': '1' }).end()
      return
    }
    this.#scrapes += 1
    try {
      await this.#send(request, response, parts, pathname)
    } finally {
      this.#scrapes -= 1
    }
  }

  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    parts: Generator<string>,
    pathname: string,
  ): Promise<void> {
    const zips = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
    response.writeHead(200, {
      'content-type': METRICS_CONTENT_TYPE,
      vary: 'accept-encoding',
      ...(zips ? { 'content-encoding': 'gzip' } : {}),
    })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    const gzip = zips ? (await import('node:zlib')).createGzip({ level: 1 }) : undefined
    gzip?.pipe(response)
    const out = gzip ?? response
    const scrape = this.#meter.begin(pathname)
    for (const part of parts) {
      if (response.destroyed) return
      scrape.add(part)
      const hasRoom = part === '' || out.write(part)
      // Messages go before metrics: after each slice the loop looks at its sockets.
      await (hasRoom ? turn() : drained(out, response))
    }
    out.end(scrape.end())
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Room for more, or the peer is gone. */
function drained(out: NodeJS.WritableStream, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      out.off('drain', done)
      response.off('close', done)
      resolve()
    }
    out.once('drain', done)
    response.once('close', done)
  })
}
