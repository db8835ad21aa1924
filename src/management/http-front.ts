import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CertificateFiles } from '../util/certificates.js'
import type { Logger } from '../util/logger.js'

/** From the first octet of a request to its last. */
const REQUEST_TIMEOUT_MS = 120_000

/** What answers the requests. */
export interface HttpApp {
  handle(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

export interface HttpFrontOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  /** Plain HTTP when undefined. Files that change are read again. */
  readonly tls?: CertificateFiles
}

/**
 * The listener of the HTTP API. It listens at once and loads what answers with the first request: the framework and a
 * hundred routes take longer to load, and more memory, than the rest of an idle broker.
 */
export class HttpFront {
  readonly #options: HttpFrontOptions
  readonly #load: () => Promise<HttpApp>
  readonly #logger: Logger
  #server: Server | undefined
  #app: Promise<HttpApp> | undefined

  constructor(options: HttpFrontOptions, load: () => Promise<HttpApp>, logger: Logger) {
    this.#options = options
    this.#load = load
    this.#logger = logger
  }

  /** Listens; rejects with the system's error. */
  async open(): Promise<void> {
    const server = await this.#create()
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#options.port, this.#options.host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  }

  /** Stops listening and drops connections that are idle or busy. */
  async close(): Promise<void> {
    const server = this.#server
    if (server !== undefined) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    }
    const app = await this.#app?.catch(() => undefined)
    await app?.close()
  }

  get scheme(): 'http' | 'https' {
    return this.#options.tls === undefined ? 'http' : 'https'
  }

  /** Where it listens; undefined while it does not. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    const address = this.#server?.address() as AddressInfo | null | undefined
    return address == null ? undefined : { host: address.address, port: address.port }
  }

  async #create(): Promise<Server> {
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      this.#answer(request, response)
    const { tls } = this.#options
    const server =
      tls === undefined
        ? createServer(answer)
        : (await import('./https-server.js')).httpsServer(tls, answer, this.#logger)
    server.requestTimeout = REQUEST_TIMEOUT_MS
    return server
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#loaded().then(
      (app) => app.handle(request, response),
      (error: unknown) => {
        this.#logger.error('the HTTP API could not be loaded', error)
        response.writeHead(500).end()
      },
    )
  }

  #loaded(): Promise<HttpApp> {
    this.#app ??= this.#load()
    return this.#app
  }
}
