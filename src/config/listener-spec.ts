import { isIPv6 } from 'node:net'
import type { ListenerAddress } from './broker-options.js'
import { parseInteger } from './units.js'

/** What a listener setting may look like, for messages. */
export const LISTENER_SPEC_FORMS = 'a port, host:port or [ipv6]:port, with a port from 0 to 65535'

/**
 * Reads `5672`, `127.0.0.1:5672`, `localhost:5672` or `[::1]:5672`; undefined when it is none of these. A port alone
 * means every interface, as in RabbitMQ.
 */
export function parseListenerSpec(text: string): ListenerAddress | undefined {
  const match = /^(?:\[([^\]]+)\]:|([^:[\]\s]+):)?(\d+)$/.exec(text)
  if (match === null) return undefined
  const port = parsePort(match[3]!)
  if (port === undefined) return undefined
  if (match[1] !== undefined) return isIPv6(match[1]) ? { host: match[1], port } : undefined
  return { host: match[2] ?? '::', port }
}

/** The reverse of {@link parseListenerSpec}: `127.0.0.1:5672`, `[::1]:5672`. */
export function formatListenerAddress(address: ListenerAddress): string {
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

/** A TCP port, 0 included. */
export function parsePort(text: string): number | undefined {
  const port = parseInteger(text)
  return port !== undefined && port >= 0 && port <= 65_535 ? port : undefined
}

/** An address to bind, with or without the brackets of IPv6; undefined when it cannot be one. */
export function parseBindAddress(text: string): string | undefined {
  const bare = /^\[(.+)\]$/.exec(text)?.[1] ?? text
  if (isIPv6(bare)) return bare
  return /^[A-Za-z0-9._-]+$/.test(bare) ? bare : undefined
}
