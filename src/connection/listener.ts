import { once } from 'node:events'
import { unlinkSync } from 'node:fs'
import {
  type AddressInfo,
  connect,
  createServer,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net'
import type { ReadArea } from './read-area.js'
import { acceptedTransport, type SocketTransport } from './socket-transport.js'
import type { PeerAddress } from './transport.js'

/** Told of every peer that a listener took. */
export type Accept = (transport: SocketTransport) => void

/** What every listener of a broker is made with. */
export interface ListenerSettings {
  /** Connections the kernel may hold before they are accepted. */
  readonly backlog: number
  readonly noDelay: boolean
  readonly keepAlive: boolean
  /** All plain connections of a broker read into this. */
  readonly readArea: ReadArea
}

/** An address that is listened on. */
export interface Listener {
  readonly scheme: 'amqp' | 'amqps' | 'unix'
  /** IP address, or the path of a Unix domain socket. */
  readonly host: string
  /** The port the system chose where 0 was asked for; 0 for a Unix domain socket. */
  readonly port: number
  /** Takes no further peers; those it took live on. Resolves once nothing of it is left. May be called twice. */
  close(): Promise<void>
}

/** Options of `net.createServer` that every listener uses: nothing is read before somebody wants it. */
export const SERVER_OPTIONS = { allowHalfOpen: true, pauseOnConnect: true } as const

/** Listens on a TCP address. Rejects with the system's error when that fails. */
export async function listenTcp(
  address: { readonly host: string; readonly port: number },
  settings: ListenerSettings,
  accept: Accept,
): Promise<Listener> {
  const { noDelay, keepAlive, readArea } = settings
  const server = createServer({ ...SERVER_OPTIONS, noDelay, keepAlive }, (socket) => {
    accept(acceptedTransport(socket, peerOf(socket, 'tcp'), readArea))
  })
  return startListening(server, { ...address, backlog: settings.backlog }, 'amqp')
}

/**
 * Listens on a Unix domain socket. The file of a broker that is gone is replaced; rejects with EADDRINUSE when somebody
 * still answers there.
 */
export async function listenUnix(
  path: string,
  settings: ListenerSettings,
  accept: Accept,
): Promise<Listener> {
  const server = createServer(SERVER_OPTIONS, (socket) => {
    accept(acceptedTransport(socket, peerOf(socket, 'unix'), settings.readArea))
  })
  const options = { path, backlog: settings.backlog }
  try {
    return await startListening(server, options, 'unix')
  } catch (error) {
    if (!isInUse(error) || (await isAnswered(path))) throw error
    unlinkSync(path)
    return startListening(server, options, 'unix')
  }
}

/** Makes `server` listen and shows it as a {@link Listener}. */
export async function startListening(
  server: Server,
  options: ListenOptions,
  scheme: Listener['scheme'],
): Promise<Listener> {
  server.listen(options)
  await once(server, 'listening')
  const address = server.address() as AddressInfo | string
  // An accept that failed (no file descriptor left) is the peer's bad luck and not our end.
  server.on('error', () => {})
  let closed: Promise<void> | undefined
  return {
    scheme,
    host: typeof address === 'string' ? address : address.address,
    port: typeof address === 'string' ? 0 : address.port,
    close: () => {
      closed ??= new Promise((resolve) => server.close(() => resolve()))
      return closed
    },
  }
}

/** Who is at the other end of an accepted socket. */
export function peerOf(socket: Socket, kind: PeerAddress['kind']): PeerAddress {
  return {
    host: plainAddress(socket.remoteAddress ?? ''),
    port: socket.remotePort ?? 0,
    localHost: plainAddress(socket.localAddress ?? ''),
    localPort: socket.localPort ?? 0,
    kind,
    tls: undefined,
  }
}

/** IPv4 peers of a socket that listens on IPv6 as well come as `::ffff:1.2.3.4`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    // Nobody is there: the file is a leftover.
    return false
  } finally {
    socket.destroy()
  }
}
