import type { BrokerOptions, ListenerAddress } from './config/broker-options.js'
import {
  type Accept,
  type Listener,
  type ListenerSettings,
  listenTcp,
  listenUnix,
} from './connection/listener.js'
import type { ReadArea } from './connection/read-area.js'
import type { Logger } from './util/logger.js'

/** What the machine says to an address that it does not have. */
const ABSENT_ADDRESS_CODES = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']

/**
 * Opens every listener of a broker, plain ones first. Rejects with the system's error, and with none of them open, when
 * one fails that is not optional. `acceptPlain` takes peers that may still owe a PROXY header, `acceptTls` those that
 * do not.
 */
export async function openListeners(
  options: BrokerOptions,
  readArea: ReadArea,
  logger: Logger,
  acceptPlain: Accept,
  acceptTls: Accept,
): Promise<Listener[]> {
  const settings: ListenerSettings = {
    backlog: options.listenBacklog,
    noDelay: options.tcpNoDelay,
    keepAlive: options.tcpKeepAlive,
    readArea,
  }
  const opened: Listener[] = []
  const { tls } = options
  const tlsSettings = {
    ...settings,
    handshakeTimeoutMs: options.tlsHandshakeTimeoutMs,
    proxyProtocol: options.proxyProtocol,
    logger,
  }
  try {
    await openAll(options.listeners.tcp, opened, (at) => listenTcp(at, settings, acceptPlain))
    if (tls !== undefined && options.listeners.tls.length > 0) {
      const { listenTls } = await import('./connection/tls-listener.js')
      await openAll(options.listeners.tls, opened, (at) => listenTls(at, tls, tlsSettings, acceptTls))
    }
    for (const path of options.listeners.unix) opened.push(await listenUnix(path, settings, acceptPlain))
    return opened
  } catch (error) {
    for (const listener of opened) void listener.close()
    throw error
  }
}

/** Where listeners listened, the ports included that the system chose: for listening there again. */
export function addressesOf(listeners: readonly Listener[]): BrokerOptions['listeners'] {
  const of = (wanted: Listener['scheme']): ListenerAddress[] =>
    listeners
      .filter(({ scheme }) => scheme === wanted)
      .map(({ host, port }) => ({ host, port, optional: false }))
  return { tcp: of('amqp'), tls: of('amqps'), unix: of('unix').map(({ host }) => host) }
}

async function openAll(
  addresses: readonly ListenerAddress[],
  opened: Listener[],
  open: (address: ListenerAddress) => Promise<Listener>,
): Promise<void> {
  let chosenPort = 0
  for (const address of addresses) {
    const listener = await openOne(address, chosenPort, open)
    if (listener === undefined) continue
    if (address.port === 0) chosenPort = listener.port
    opened.push(listener)
  }
}

/** Where the system chooses the port, all addresses get the same one if they can. */
async function openOne(
  address: ListenerAddress,
  chosenPort: number,
  open: (address: ListenerAddress) => Promise<Listener>,
): Promise<Listener | undefined> {
  try {
    if (address.port !== 0 || chosenPort === 0) return await open(address)
    return await open({ ...address, port: chosenPort }).catch((error: unknown) => {
      if (codeOf(error) === 'EADDRINUSE') return open(address)
      throw error
    })
  } catch (error) {
    if (address.optional && ABSENT_ADDRESS_CODES.includes(codeOf(error))) return undefined
    throw error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
