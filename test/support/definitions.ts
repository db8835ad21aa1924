import type { DefinitionChange } from '../../src/core/definition-log.js'
import { encodeChange } from '../../src/metadata/definition-codec.js'
import { type FieldTable, field } from '../../src/protocol/amqp091/field-table.js'

type Vhosted = DefinitionChange & { readonly vhost?: string; readonly name?: string; readonly user?: string }

/** Definitions as a plain list, with the simplest reading of every change: what a log's state is checked against. */
export class PlainDefinitions {
  readonly #live: Map<string, Vhosted>
  queueIdFloor: number

  constructor(changes: readonly DefinitionChange[] = []) {
    this.#live = new Map()
    this.queueIdFloor = 0
    for (const change of changes) this.apply(change)
  }

  clone(): PlainDefinitions {
    const copy = new PlainDefinitions()
    for (const [key, change] of this.#live) copy.#live.set(key, change)
    copy.queueIdFloor = this.queueIdFloor
    return copy
  }

  apply(change: DefinitionChange): void {
    if (change.kind === 'queue-id-floor') {
      this.queueIdFloor = Math.max(this.queueIdFloor, change.floor)
      return
    }
    if ('id' in change) this.queueIdFloor = Math.max(this.queueIdFloor, change.id + 1)
    if (!change.kind.endsWith('-delete')) {
      this.#live.set(identityOf(change), change)
      return
    }
    this.#live.delete(identityOf(change).replace('-delete', '-put'))
    for (const [key, other] of this.#live) if (hangsOn(other, change)) this.#live.delete(key)
  }

  /** The same text for the same definitions, whatever their order; ids that are merely used up are not in it. */
  text(): string {
    return [...this.#live.values()].map(canonicalText).sort().join('\n')
  }

  get all(): DefinitionChange[] {
    return [...this.#live.values()]
  }
}

const canonicalTexts = new WeakMap<DefinitionChange, string>()

/** JSON with the members of objects in the order of their names. */
function canonicalText(change: DefinitionChange): string {
  let text = canonicalTexts.get(change)
  if (text === undefined) {
    text = makeCanonicalText(change)
    canonicalTexts.set(change, text)
  }
  return text
}

function makeCanonicalText(change: DefinitionChange): string {
  const sorted = (_: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  return JSON.stringify(JSON.parse(encodeChange(change)), sorted)
}

/** What is the same for a change and the one that replaces or undoes it. */
function identityOf(change: DefinitionChange): string {
  if (change.kind.startsWith('binding')) {
    const { kind: _, ...binding } = change
    return `binding-put ${canonicalText(binding as DefinitionChange)}`
  }
  const kind = change.kind.replace('-delete', '-put')
  const parts = change as unknown as { [part: string]: unknown } & { policy?: { name: string } }
  const names = ['vhost', 'component', 'user', 'exchange'].map((part) => parts[part])
  return JSON.stringify([kind, ...names, parts.name ?? parts.policy?.name])
}

function hangsOn(other: Vhosted, gone: DefinitionChange): boolean {
  switch (gone.kind) {
    case 'vhost-delete':
      return other.vhost === gone.vhost
    case 'user-delete':
      return other.user === gone.name
    case 'exchange-delete':
    case 'queue-delete': {
      if (other.kind !== 'binding-put' || other.vhost !== gone.vhost) return false
      const kind = gone.kind === 'queue-delete' ? 'queue' : 'exchange'
      const isDestination = other.destinationKind === kind && other.destination === gone.name
      return isDestination || (kind === 'exchange' && other.source === gone.name)
    }
    default:
      return false
  }
}

/** Makes changes that doors could have made, one after another, with few names so that they meet. */
export class RandomChanges {
  readonly #random: () => number
  #nextId: number

  constructor(random: () => number, firstQueueId: number) {
    this.#random = random
    this.#nextId = firstQueueId
  }

  next(now: PlainDefinitions): DefinitionChange {
    const all = now.all
    const vhost = this.#pick(namesOf(all, 'vhost-put', 'vhost'))
    if (vhost === undefined || this.#random() < 0.05) return this.#vhost()
    if (this.#random() < 0.25) {
      const victim = this.#pick(all)
      const removal = victim && removalOf(victim)
      if (removal !== undefined) return removal
    }
    return this.#put(all, vhost)
  }

  #put(all: readonly DefinitionChange[], vhost: string): DefinitionChange {
    const ofVhost = all.filter((each) => 'vhost' in each && each.vhost === vhost)
    const users = namesOf(all, 'user-put', 'name')
    switch (this.#below(10)) {
      case 0:
        return this.#vhost()
      case 1:
        return {
          kind: 'user-put',
          name: this.#name('u'),
          passwordHash: this.#random() < 0.5 ? undefined : { algorithm: 'x', hash: 'aGFzaA==' },
          tags: ['administrator'],
          limits: this.#random() < 0.5 ? {} : { maxChannels: this.#below(10) },
        }
      case 2: {
        const user = this.#pick(users)
        if (user === undefined) return this.#vhost()
        const patterns = { write: this.#name('w'), read: '.*' }
        if (this.#random() < 0.5) return { kind: 'permission-put', user, vhost, configure: '', ...patterns }
        return { kind: 'topic-permission-put', user, vhost, exchange: this.#name('e'), ...patterns }
      }
      case 3:
        return {
          kind: this.#random() < 0.5 ? 'policy-put' : 'operator-policy-put',
          vhost,
          policy: {
            name: this.#name('p'),
            pattern: '^é',
            definition: { 'max-length': this.#below(100), nested: [null, true, { a: 1.5 }] },
            priority: this.#below(5),
            applyTo: 'queues',
          },
        }
      case 4:
        if (this.#random() < 0.5)
          return { kind: 'global-parameter-put', name: this.#name('g'), value: this.#below(9) }
        return { kind: 'parameter-put', vhost, component: 'shovel', name: this.#name('s'), value: { a: 'b' } }
      case 5:
        return { kind: 'vhost-limits-put', vhost, limits: { maxQueues: this.#below(9) } }
      case 6: {
        const name = this.#name('e')
        const rest = { type: 'topic', autoDelete: false, internal: false, arguments: this.#table() }
        return { kind: 'exchange-put', vhost, name, ...rest, maker: 'somebody' }
      }
      case 7: {
        const name = this.#name('q')
        if (namesOf(ofVhost, 'queue-put', 'name').includes(name)) return this.#vhost()
        const rest = { id: this.#nextId++, autoDelete: false, arguments: this.#table() }
        return { kind: 'queue-put', vhost, name, type: 'quorum', ...rest, maker: undefined }
      }
      default:
        return this.#binding(ofVhost, vhost)
    }
  }

  #vhost(): DefinitionChange {
    const isTyped = this.#random() < 0.5
    return {
      kind: 'vhost-put',
      vhost: this.#name('v'),
      metadata: {
        description: this.#name('d'),
        tags: [],
        defaultQueueType: isTyped ? 'classic' : undefined,
        protectedFromDeletion: false,
      },
      maker: isTyped ? 'somebody' : undefined,
    }
  }

  #binding(ofVhost: readonly DefinitionChange[], vhost: string): DefinitionChange {
    const exchanges = namesOf(ofVhost, 'exchange-put', 'name')
    const source = this.#pick([...exchanges, 'amq.direct'])!
    const destinationKind = this.#random() < 0.7 ? 'queue' : 'exchange'
    const destinations = destinationKind === 'queue' ? namesOf(ofVhost, 'queue-put', 'name') : exchanges
    const destination = this.#pick(destinations)
    if (destination === undefined) return this.#vhost()
    const routing = {
      routingKey: this.#name('k'),
      arguments: this.#random() < 0.7 ? new Map() : this.#table(),
    }
    return { kind: 'binding-put', vhost, source, destinationKind, destination, ...routing }
  }

  #table(): FieldTable {
    const table: FieldTable = new Map()
    if (this.#random() < 0.5) table.set('x-max-length', field.long(this.#below(9)))
    if (this.#random() < 0.3) table.set('octets', field.longstr(Buffer.from([0xff, this.#below(256)])))
    return table
  }

  #name(prefix: string): string {
    return `${prefix}${this.#below(4)}`
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#below(from.length)]
  }
}

function namesOf(all: readonly DefinitionChange[], kind: DefinitionChange['kind'], part: string): string[] {
  return all.filter((each) => each.kind === kind).map((each) => (each as never)[part] as string)
}

function removalOf(change: DefinitionChange): DefinitionChange | undefined {
  switch (change.kind) {
    case 'vhost-put':
      return { kind: 'vhost-delete', vhost: change.vhost }
    case 'exchange-put':
      return { kind: 'exchange-delete', vhost: change.vhost, name: change.name }
    case 'queue-put':
      return { kind: 'queue-delete', vhost: change.vhost, name: change.name, id: change.id }
    case 'binding-put':
      return { ...change, kind: 'binding-delete' }
    case 'policy-put':
      return { kind: 'policy-delete', vhost: change.vhost, name: change.policy.name }
    case 'operator-policy-put':
      return { kind: 'operator-policy-delete', vhost: change.vhost, name: change.policy.name }
    case 'parameter-put':
      return { kind: 'parameter-delete', vhost: change.vhost, component: change.component, name: change.name }
    case 'global-parameter-put':
      return { kind: 'global-parameter-delete', name: change.name }
    case 'user-put':
      return { kind: 'user-delete', name: change.name }
    case 'permission-put':
      return { kind: 'permission-delete', user: change.user, vhost: change.vhost }
    case 'topic-permission-put':
      return {
        kind: 'topic-permission-delete',
        user: change.user,
        vhost: change.vhost,
        exchange: change.exchange,
      }
    default:
      return undefined
  }
}
