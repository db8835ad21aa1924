import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Connection, connect } from '../../../src/client/index.js'
import { cleanUp } from '../../support/cleanup.js'
import { until } from '../../support/wait.js'
import { type Api, type RequestOptions, startApi } from '../api.js'

export const TAGS = ['none', 'management', 'policymaker', 'monitoring', 'administrator'] as const
export type Tag = (typeof TAGS)[number]

/** A broker with a user of each tag, who may do everything in `/`, and one of each who may enter no vhost. */
export class Stage {
  readonly api: Api
  readonly users: Readonly<Record<Tag, RequestOptions>>
  readonly outsiders: Readonly<Record<Tag, RequestOptions>>
  readonly #test: TestContext
  #lastName = 0

  constructor(
    t: TestContext,
    api: Api,
    users: Readonly<Record<Tag, RequestOptions>>,
    outsiders: Readonly<Record<Tag, RequestOptions>>,
  ) {
    this.#test = t
    this.api = api
    this.users = users
    this.outsiders = outsiders
  }

  get node(): string {
    return this.api.broker.options.nodeName
  }

  freshName(): string {
    this.#lastName += 1
    return `name${this.#lastName}`
  }

  /** Opens a connection of that name, which lives until the test is over or somebody closes it. */
  async connect(name: string, username: string): Promise<Connection> {
    const password = username === 'guest' ? 'guest' : 'pw'
    const connection = await connect(`amqp://127.0.0.1:${this.api.broker.port}`, {
      username,
      password,
      connectionName: name,
    })
    cleanUp(this.#test, () => connection.close().catch(() => undefined))
    await until(() => this.peerName(name) !== undefined, `the connection ${name}`)
    return connection
  }

  /** `127.0.0.1:51582 -> 127.0.0.1:5672` of the connection that was given a name. */
  peerName(name: string): string | undefined {
    for (const peer of this.api.broker.managementServices.peers.connections()) {
      const given = peer.clientProperties.get('connection_name')
      if (given?.tag === 'S' && given.value.toString() === name) return peer.name
    }
    return undefined
  }

  /** Lets something happen soon that is told to whoever listens. */
  async announceSomething(): Promise<void> {
    const timer = setInterval(() => this.api.broker.events.emit('alarm.cleared', { source: 'disk' }), 20)
    cleanUp(this.#test, () => clearInterval(timer))
  }

  /** As an administrator; fails when refused. */
  async make(method: string, path: string, body: unknown = {}): Promise<void> {
    const reply = await this.api.send(method, `/api${path}`, { body })
    assert.ok(reply.status < 300, `${method} ${path} -> ${reply.status} ${reply.text}`)
  }
}

export async function setStage(t: TestContext): Promise<Stage> {
  const tracingDir = await mkdtemp(join(tmpdir(), 'leveret-traces-'))
  cleanUp(t, () => rm(tracingDir, { recursive: true }))
  const api = await startApi(t, { prometheusPort: 0, tracingDir })
  const noop = (): void => undefined
  const maintenance = {
    isDrained: false,
    drain: noop,
    revive: noop,
    suspendListeners: noop,
    resumeListeners: noop,
  }
  const control = {
    setMemoryHighWatermark: noop,
    setDiskFreeLimit: noop,
    setLogLevel: noop,
    stop: noop,
    rotateLogs: () => true,
    maintenance,
    settings: () => 'default_vhost = /\n',
  }
  Object.assign(api.broker.managementServices, { control })
  const users = await usersOf(async (tag) => {
    const user = `user-${tag}`
    return api.addUser(user, tag === 'none' ? '' : tag)
  })
  const outsiders = await usersOf(async (tag) => {
    const user = `outsider-${tag}`
    await api.put(`/api/users/${user}`, { password: 'pw', tags: tag === 'none' ? '' : tag })
    return { user, password: 'pw' }
  })
  return new Stage(t, api, users, outsiders)
}

async function usersOf(make: (tag: Tag) => Promise<RequestOptions>) {
  const made = await Promise.all(TAGS.map(async (tag) => [tag, await make(tag)] as const))
  return Object.fromEntries(made) as Record<Tag, RequestOptions>
}
