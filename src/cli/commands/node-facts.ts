import { path } from '../api/api.js'
import type { Invocation } from '../invocation.js'
import { isObject, type Json, type JsonObject, numberIn, objectIn, objectsIn, textIn } from '../json.js'

const PURPOSES: Readonly<Record<string, string>> = {
  amqp: 'AMQP 0-9-1 and AMQP 1.0',
  'amqp/ssl': 'AMQP 0-9-1 and AMQP 1.0 over TLS',
  http: 'HTTP API',
  https: 'HTTP API over TLS (HTTPS)',
  'http/prometheus': 'Prometheus exporter API over HTTP',
  'https/prometheus': 'Prometheus exporter API over TLS (HTTPS)',
  clustering: 'inter-node and CLI tool communication',
  mqtt: 'MQTT',
  'mqtt/ssl': 'MQTT over TLS',
  stomp: 'STOMP',
  'stomp/ssl': 'STOMP over TLS',
  stream: 'stream',
  'stream/ssl': 'stream over TLS',
  'http/web-mqtt': 'MQTT over WebSockets',
  'https/web-mqtt': 'MQTT over WebSockets and TLS (HTTPS)',
  'http/web-stomp': 'STOMP over WebSockets',
  'https/web-stomp': 'STOMP over WebSockets and TLS (HTTPS)',
}

/** What the node itself says of it. */
export async function nodeFacts({ api }: Invocation): Promise<JsonObject> {
  return api.object(path`/nodes/${await api.nodeName()}`)
}

export async function listenersOf({ api }: Invocation): Promise<JsonObject[]> {
  const overview = await api.overview()
  return objectsIn(overview.listeners).map((listener) => ({
    node: listener.node ?? overview.node ?? '',
    interface: textIn(listener.ip_address),
    port: numberIn(listener.port),
    protocol: textIn(listener.protocol),
    purpose: PURPOSES[textIn(listener.protocol)] ?? textIn(listener.protocol),
  }))
}

export function listenerLine(listener: JsonObject): string {
  const { interface: host, port, protocol, purpose } = listener
  return `Interface: ${textIn(host)}, port: ${textIn(port)}, protocol: ${textIn(protocol)}, purpose: ${textIn(purpose)}`
}

/** `memory`, `disk` of a node. */
export function alarmsOf(node: JsonObject): string[] {
  return [...(node.mem_alarm === true ? ['memory'] : []), ...(node.disk_free_alarm === true ? ['disk'] : [])]
}

export function alarmText(alarm: string, node: string): string {
  return `${alarm === 'disk' ? 'Free disk space' : 'Memory'} alarm on node ${node}`
}

/** The breakdown of memory in bytes, by category; empty where the node keeps none. */
export async function memoryOf({ api }: Invocation): Promise<JsonObject> {
  const answer = await api.object(path`/nodes/${await api.nodeName()}/memory`)
  return objectIn(answer.memory)
}

/** Categories from large to small, with what each is of the total. */
export function memoryLines(memory: JsonObject, unit: Unit): string[] {
  const total = totalOf(memory)
  return Object.entries(memory)
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    .sort(([, a], [, b]) => b - a)
    .map(([name, bytes]) => {
      const percent = total === 0 ? 0 : (100 * bytes) / total
      return `${name}: ${inUnit(bytes, unit)} (${percent.toFixed(2)} %)`
    })
}

export function totalOf(memory: JsonObject): number {
  const { total } = memory
  if (isObject(total))
    return Math.max(0, ...['rss', 'allocated', 'erlang'].map((name) => numberIn(total[name])))
  return numberIn(total)
}

export const UNITS = ['bytes', 'mb', 'gb'] as const
export type Unit = (typeof UNITS)[number]

export function unitOf(invocation: Invocation): Unit {
  return (invocation.text('unit') ?? 'gb') as Unit
}

export function inUnit(bytes: number, unit: Unit): string {
  if (unit === 'bytes') return `${bytes} bytes`
  return `${(bytes / (unit === 'gb' ? 1e9 : 1e6)).toFixed(4)} ${unit}`
}

export function listText(items: readonly Json[]): string {
  return items.length === 0 ? '(none)' : items.map(textIn).join('\n')
}
