import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { CONTROL_SOCKET_FILE, SOCKET_PATH_BYTES_MAX } from '../util/control-folder.js'
import type { Logger } from '../util/logger.js'

/** What answers requests of the operator who owns this process. */
export interface OperatorApp {
  handleOperator(request: IncomingMessage, response: ServerResponse): void
}

export interface ControlSocketOptions {
  readonly nodeName: string
  readonly dataDir: string | undefined
  /** Where the nodes of this user leave word of their sockets. Made with mode 0700. */
  readonly folder: string
}

/**
 * Serves the HTTP API on a Unix socket without a password: whoever may open it, which is the user that the node runs as
 * and root, is its operator. The socket lies in the data directory; the folder of all nodes gets a link to it, or the
 * socket itself when there is no data directory or its path is too long for one.
 */
export class ControlSocket {
  readonly #options: ControlSocketOptions
  readonly #load: () => Promise<OperatorApp>
  readonly #logger: Logger
  readonly #server: Server
  #made: string[] = []

  constructor(options: ControlSocketOptions, load: () => Promise<OperatorApp>, logger: Logger) {
    this.#options = options
    this.#load = load
    this.#logger = logger
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  /**
   * Listens. A node without its control socket is still a node: what stands in the way is told to the log, and the
   * promise resolves all the same.
   */
  async open(): Promise<void> {
    try {
      await this.#open()
      // Not waited for: the node is there without it.
      void sweep(this.#options.folder).catch(() => {})
    } catch (error) {
      this.#logger.warning(`no control socket: ${(error as Error).message}`)
    }
  }

  /** Stops listening and takes the files away. May be called twice. */
  async close(): Promise<void> {
    for (const path of this.#made.splice(0)) rmSync(path, { force: true })
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  async #open(): Promise<void> {
    const { dataDir, folder, nodeName } = this.#options
    const inFolder = join(folder, `${encodeURIComponent(nodeName)}.${process.pid}.sock`)
    const inData = dataDir === undefined ? undefined : join(dataDir, CONTROL_SOCKET_FILE)
    if (inData === undefined || Buffer.byteLength(inData) > SOCKET_PATH_BYTES_MAX) {
      makePrivateFolder(folder)
      await this.#listen(inFolder)
      return
    }
    await this.#listen(inData)
    try {
      makePrivateFolder(folder)
      rmSync(inFolder, { force: true })
      symlinkSync(inData, inFolder)
      this.#made.push(inFolder)
    } catch (error) {
      // The socket is found by the data directory all the same.
      this.#logger.debug(`no link to the control socket: ${(error as Error).message}`)
    }
  }

  async #listen(path: string): Promise<void> {
    if (await isAnswered(path)) throw new Error(`${path} is another node's`)
    rmSync(path, { force: true })
    // The socket is born with this mask: there is no moment in which others could open it.
    const mask = process.umask(0o177)
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject)
        this.#server.listen(path, resolve)
      })
    } finally {
      process.umask(mask)
    }
    chmodSync(path, 0o600)
    this.#made.push(path)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#load().then(
      (app) => app.handleOperator(request, response),
      (error: unknown) => {
        this.#logger.error('the HTTP API could not be loaded', error)
        response.writeHead(500).end()
      },
    )
  }
}

/** Throws when the folder is somebody else's, or open to others: they could put sockets of their own there. */
function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stat = lstatSync(folder)
  const isOurs = stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0
  if (!isOurs) throw new Error(`${folder} is not a folder of this user alone`)
}

/** Takes away what nodes that were killed have left in the folder. */
async function sweep(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (name.endsWith('.sock') && !(await isAnswered(path))) rmSync(path, { force: true })
  }
}

/** A socket that nobody answers was left behind by a node that was killed. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
