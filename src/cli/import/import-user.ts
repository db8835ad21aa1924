import { randomBytes } from 'node:crypto'
import { type ConnectOptions, parseUri } from '../../client/index.js'
import { type Api, ifThere, path } from '../api/api.js'
import { badValue, CliError } from '../cli-error.js'
import { EXIT } from '../exit-codes.js'
import { objectsIn, textIn } from '../json.js'

const ALL = { configure: '.*', write: '.*', read: '.*' }

/**
 * A user for the time of the import, so that no password of the node is needed. It may publish in the name of others:
 * messages keep their user id.
 */
export class ImportUser {
  readonly name: string
  readonly #password = randomBytes(24).toString('base64url')
  readonly #api: Api
  readonly #address: ConnectOptions

  private constructor(api: Api, name: string, address: ConnectOptions) {
    this.#api = api
    this.name = name
    this.#address = address
  }

  static async make(api: Api, to: string | undefined): Promise<ImportUser> {
    const address = to === undefined ? await listenerOf(api) : addressIn(to)
    const user = new ImportUser(api, `leveret-import-${randomBytes(6).toString('hex')}`, address)
    await api.put(path`/users/${user.name}`, { password: user.#password, tags: ['impersonator'] })
    return user
  }

  async admitTo(vhost: string): Promise<void> {
    await this.#api.put(path`/permissions/${vhost}/${this.name}`, ALL)
  }

  connectOptions(vhost: string): ConnectOptions {
    return {
      ...this.#address,
      vhost,
      username: this.name,
      password: this.#password,
      connectionName: 'leveretctl import-from',
    }
  }

  async remove(): Promise<void> {
    await ifThere(this.#api.delete(path`/users/${this.name}`))
  }
}

/** The plain listener of the node, as it is reached from this machine. */
async function listenerOf(api: Api): Promise<ConnectOptions> {
  const { listeners } = await api.overview()
  const listener = objectsIn(listeners).find(({ protocol }) => protocol === 'amqp')
  if (listener === undefined)
    throw new CliError(EXIT.unavailable, 'the node has no plain AMQP listener: name one with --to')
  const host = textIn(listener.ip_address)
  const isWildcard = ['0.0.0.0', '::', ''].includes(host)
  return { host: isWildcard ? '127.0.0.1' : host, port: Number(listener.port) }
}

function addressIn(uri: string): ConnectOptions {
  try {
    return parseUri(uri)
  } catch (error) {
    throw badValue((error as Error).message)
  }
}
