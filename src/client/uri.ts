import { readFileSync } from 'node:fs'
import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls'
import type { ConnectOptions } from './options.js'

// scheme, userinfo, host (an IPv6 address in brackets), port, path, query
const URI = /^(amqps?):\/\/(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#[\]]*)(?::(\d*))?(\/[^?#]*)?(?:\?([^#]*))?$/i

/**
 * Takes an `amqp://` or `amqps://` URI apart, after RabbitMQ's URI specification: every part is optional and percent
 * encoded, the vhost is one path segment, and `amqp://host/` names the vhost with the empty name (leave the slash out
 * for the default one). Query parameters: heartbeat, connection_timeout (ms), channel_max, frame_max, auth_mechanism
 * (plain, external, anonymous), name, and for amqps cacertfile, certfile, keyfile, verify (verify_peer, verify_none)
 * and server_name_indication.
 * Throws a TypeError, which does not repeat the password, for anything else.
 */
export function parseUri(uri: string): ConnectOptions {
  const match = URI.exec(uri)
  if (match === null) throw new TypeError('an AMQP URI has the form amqp://user:password@host:port/vhost')
  const [, scheme, userinfo, host, port, path, query] = match
  const parameters = new URLSearchParams(query ?? '')
  const secure = scheme?.toLowerCase() === 'amqps'
  return {
    ...credentialsOf(userinfo),
    ...(host ? { host: decode(host.startsWith('[') ? host.slice(1, -1) : host) } : {}),
    ...(port ? { port: portOf(port) } : {}),
    ...(path === undefined ? {} : { vhost: vhostOf(path) }),
    ...parametersOf(parameters),
    tls: secure ? tlsOf(parameters) : false,
  }
}

function credentialsOf(userinfo: string | undefined): ConnectOptions {
  if (userinfo === undefined) return {}
  const colon = userinfo.indexOf(':')
  if (colon < 0) return { username: decode(userinfo) }
  return { username: decode(userinfo.slice(0, colon)), password: decode(userinfo.slice(colon + 1)) }
}

function portOf(text: string): number {
  const port = Number(text)
  if (port > 65535) throw new TypeError(`an AMQP URI has a port up to 65535, not ${text}`)
  return port
}

function vhostOf(path: string): string {
  const segment = path.slice(1)
  if (segment.includes('/')) throw new TypeError('a slash within the vhost of an AMQP URI is written %2f')
  return decode(segment)
}

function parametersOf(parameters: URLSearchParams): ConnectOptions {
  const mechanism = parameters.get('auth_mechanism')?.toUpperCase()
  if (mechanism !== undefined && !isMechanism(mechanism)) {
    throw new TypeError(`auth_mechanism is plain, external or anonymous, not ${mechanism}`)
  }
  return {
    heartbeat: numberOf(parameters, 'heartbeat'),
    connectTimeoutMs: numberOf(parameters, 'connection_timeout'),
    channelMax: numberOf(parameters, 'channel_max'),
    frameMax: numberOf(parameters, 'frame_max'),
    connectionName: parameters.get('name') ?? undefined,
    mechanism,
  }
}

function isMechanism(text: string): text is 'PLAIN' | 'EXTERNAL' | 'ANONYMOUS' {
  return text === 'PLAIN' || text === 'EXTERNAL' || text === 'ANONYMOUS'
}

function tlsOf(parameters: URLSearchParams): TlsConnectionOptions {
  const [ca, cert, key] = ['cacertfile', 'certfile', 'keyfile'].map((name) => parameters.get(name))
  const servername = parameters.get('server_name_indication')
  return {
    ...(ca ? { ca: readFileSync(ca) } : {}),
    ...(cert ? { cert: readFileSync(cert) } : {}),
    ...(key ? { key: readFileSync(key) } : {}),
    ...(servername ? { servername } : {}),
    ...(parameters.get('verify') === 'verify_none' ? { rejectUnauthorized: false } : {}),
  }
}

function numberOf(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name)
  if (text === null) return undefined
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`${name} of an AMQP URI is a whole number, not ${text}`)
  return Number(text)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new TypeError('an AMQP URI has a % that two hexadecimal digits do not follow')
  }
}
