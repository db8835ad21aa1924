import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type SecureContextOptions, type TLSSocket } from 'node:tls'
import { followCertificates, readCertificates } from '../util/certificates.js'
import type { Logger } from '../util/logger.js'
import {
  type Accept,
  type Listener,
  type ListenerSettings,
  peerOf,
  SERVER_OPTIONS,
  startListening,
} from './listener.js'
import { type ProxiedAddresses, parseProxyHeader } from './proxy-protocol.js'
import { transportOf } from './socket-transport.js'
import type { PeerAddress } from './transport.js'

/** What a TLS listener shows and asks for; files are PEM. Shape of `TlsOptions` in the configuration. */
export interface TlsSettings {
  readonly certFile: string
  readonly keyFile: string
  readonly caFile: string | undefined
  readonly keyPassword: string | undefined
  readonly verify: 'verify_none' | 'verify_peer'
  readonly failIfNoPeerCert: boolean
  readonly versions: readonly ('tlsv1.2' | 'tlsv1.3')[]
  readonly ciphers: readonly string[]
  readonly honorCipherOrder: boolean
}

/** How a TLS listener deals with its peers beside {@link TlsSettings}. */
export interface TlsListenerSettings extends ListenerSettings {
  /** From accept to the end of the TLS handshake, the PROXY header included. */
  readonly handshakeTimeoutMs: number
  /** A PROXY protocol header comes before the TLS handshake. */
  readonly proxyProtocol: boolean
  readonly logger: Logger
}

/** Listens for TLS; files that change are read again. Rejects with the system's error when that, or reading the files, fails. */
export async function listenTls(
  address: { readonly host: string; readonly port: number },
  tls: TlsSettings,
  settings: TlsListenerSettings,
  accept: Accept,
): Promise<Listener> {
  const proxied = new Map<string, ProxiedAddresses>()
  const options = contextOptions(tls)
  const secured = createTlsServer({
    ...options,
    ...readCertificates(tls),
    requestCert: tls.verify === 'verify_peer',
    // Node would refuse a missing certificate like a bad one; which of them is refused is decided here.
    rejectUnauthorized: false,
    allowHalfOpen: true,
    handshakeTimeout: settings.handshakeTimeoutMs,
  })
  followCertificates(secured, tls, options, settings.logger)
  secured.on('secureConnection', (socket) => {
    const peer = securePeer(socket, proxied.get(keyOf(socket)))
    const { certificate, verified } = peer.tls ?? {}
    if (tls.verify === 'verify_peer' && !verified && (certificate !== undefined || tls.failIfNoPeerCert)) {
      settings.logger.error(`TLS peer ${peer.host}:${peer.port} refused: ${socket.authorizationError}`)
      socket.destroy()
      return
    }
    accept(transportOf(socket, peer, settings.readArea))
  })
  secured.on('tlsClientError', (error, socket) => {
    settings.logger.warning(`TLS handshake with ${socket.remoteAddress} failed: ${error.message}`)
  })
  const { noDelay, keepAlive } = settings
  const socketOptions = { ...SERVER_OPTIONS, pauseOnConnect: settings.proxyProtocol, noDelay, keepAlive }
  const server = createServer(socketOptions, (socket) => {
    // The TLS server reports errors from its handshake on; before that they end here.
    socket.on('error', () => {})
    if (!settings.proxyProtocol) {
      secured.emit('connection', socket)
      return
    }
    readProxyHeader(socket, settings, (addresses) => {
      if (addresses !== undefined) {
        const key = keyOf(socket)
        proxied.set(key, addresses)
        socket.once('close', () => proxied.delete(key))
      }
      secured.emit('connection', socket)
    })
  })
  return startListening(server, { ...address, backlog: settings.backlog }, 'amqps')
}

function contextOptions(tls: TlsSettings): SecureContextOptions {
  const versions = [...tls.versions].sort()
  return {
    ...(tls.ciphers.length === 0 ? {} : { ciphers: tls.ciphers.join(':') }),
    honorCipherOrder: tls.honorCipherOrder,
    minVersion: versions[0] === 'tlsv1.3' ? 'TLSv1.3' : 'TLSv1.2',
    maxVersion: versions.at(-1) === 'tlsv1.2' ? 'TLSv1.2' : 'TLSv1.3',
  }
}

function securePeer(socket: TLSSocket, proxied: ProxiedAddresses | undefined): PeerAddress {
  const certificate = socket.getPeerCertificate()
  const shown = certificate.raw === undefined ? undefined : certificate
  return {
    ...peerOf(socket, 'tls'),
    ...proxied,
    tls: {
      protocol: socket.getProtocol() ?? '',
      cipher: socket.getCipher().name,
      certificate: shown,
      verified: shown !== undefined && socket.authorized,
    },
  }
}

function keyOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`
}

/** Reads the header off the socket and gives back what follows it. A peer without one, or too slow, is dropped. */
function readProxyHeader(
  socket: Socket,
  settings: TlsListenerSettings,
  done: (addresses: ProxiedAddresses | undefined) => void,
): void {
  let octets: Buffer = Buffer.alloc(0)
  socket.setTimeout(settings.handshakeTimeoutMs, () => socket.destroy())
  const onReadable = (): void => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    octets = Buffer.concat([octets, chunk])
    try {
      const header = parseProxyHeader(octets)
      if (header === undefined) return
      socket.off('readable', onReadable)
      socket.setTimeout(0)
      if (header.end < octets.length) socket.unshift(octets.subarray(header.end))
      done(header.addresses)
    } catch (error) {
      settings.logger.warning(`TLS peer ${socket.remoteAddress} refused: ${(error as Error).message}`)
      socket.destroy()
    }
  }
  socket.on('readable', onReadable)
  socket.on('end', () => socket.destroy())
}
