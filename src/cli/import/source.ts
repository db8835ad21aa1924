import { type ConnectOptions, parseUri } from '../../client/index.js'
import { Api } from '../api/api.js'
import type { Target } from '../api/target.js'
import { badValue } from '../cli-error.js'
import { type JsonObject, numberIn, textIn } from '../json.js'

/** A queue of the source, with how many messages it seems to hold. */
export interface SourceQueue {
  readonly vhost: string
  readonly name: string
  readonly type: string
  readonly messages: number
}

/** The broker that is left behind. */
export class Source {
  readonly api: Api
  readonly #connect: ConnectOptions

  /** Throws with status 65 when one of the URIs is none. */
  constructor(amqpUri: string, httpUri: string, timeoutMs: number) {
    try {
      this.#connect = parseUri(amqpUri)
    } catch (error) {
      throw badValue((error as Error).message)
    }
    const target = targetOf(httpUri, this.#connect)
    this.api = new Api({ findTarget: async () => target, timeoutMs })
  }

  connectOptions(vhost: string): ConnectOptions {
    return { ...this.#connect, vhost, connectionName: 'leveretctl import-from' }
  }

  definitions(): Promise<JsonObject> {
    return this.api.object('/definitions')
  }

  /** All but exclusive ones, which only their own connection may read. */
  async queues(): Promise<SourceQueue[]> {
    const found = await this.api.paged('/queues')
    return found
      .filter(({ exclusive }) => exclusive !== true)
      .map((queue) => ({
        vhost: textIn(queue.vhost),
        name: textIn(queue.name),
        type: textIn(queue.type),
        messages: numberIn(queue.messages),
      }))
  }
}

function targetOf(uri: string, { username, password }: ConnectOptions): Target {
  let parsed: URL
  try {
    parsed = new URL(uri)
  } catch {
    throw badValue('the HTTP URI has the form http://user:password@host:15672')
  }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw badValue(`the second URI begins with http:// or https://, not ${parsed.protocol}//`)
  }
  const tls = parsed.protocol === 'https:'
  const path = parsed.pathname.replace(/\/+$/, '')
  return {
    kind: 'http',
    tls,
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? (tls ? 15671 : 15672) : Number(parsed.port),
    username: parsed.username === '' ? (username ?? 'guest') : decodeURIComponent(parsed.username),
    password: parsed.username === '' ? (password ?? 'guest') : decodeURIComponent(parsed.password),
    prefix: path.endsWith('/api') ? path : `${path}/api`,
  }
}
