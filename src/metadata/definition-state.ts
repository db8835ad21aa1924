import { counted } from '../core/arguments.js'
import type { BindingChange, DefinitionChange } from '../core/definition-log.js'
import { bindingIdentity } from '../core/topology/binding.js'
import { NO_METADATA } from '../core/topology/vhost.js'

/** Definitions of one vhost, each as the change that made it what it is. */
class VhostDefinitions {
  readonly own = new Map<string, DefinitionChange>()
  readonly exchanges = new Map<string, DefinitionChange>()
  readonly queues = new Map<string, DefinitionChange>()
  readonly bindings = new Map<string, BindingChange>()
  readonly policies = new Map<string, DefinitionChange>()
  readonly parameters = new Map<string, DefinitionChange>()
  /** Keys of bindings by what they begin and end at. */
  readonly #bindingsAt = new Map<string, Set<string>>()

  has(kind: 'queue' | 'exchange', name: string): boolean {
    if (kind === 'queue') return this.queues.has(name)
    return this.exchanges.has(name) || isPredeclaredName(name)
  }

  putBinding(change: BindingChange): void {
    const key = bindingKey(change)
    this.bindings.set(key, change)
    for (const end of endsOf(change)) {
      const keys = this.#bindingsAt.get(end)
      if (keys === undefined) this.#bindingsAt.set(end, new Set([key]))
      else keys.add(key)
    }
  }

  deleteBinding(key: string): void {
    const change = this.bindings.get(key)
    if (change === undefined) return
    this.bindings.delete(key)
    for (const end of endsOf(change)) {
      const keys = this.#bindingsAt.get(end)
      keys?.delete(key)
      if (keys?.size === 0) this.#bindingsAt.delete(end)
    }
  }

  deleteBindingsAt(end: string): void {
    for (const key of [...(this.#bindingsAt.get(end) ?? [])]) this.deleteBinding(key)
  }
}

/**
 * What a sequence of changes comes to: the last one for each definition, without those that are gone. Applying a
 * change for a second time after later ones, and then those again, changes nothing.
 */
export class DefinitionState {
  /** Ids of queues are given out from here: no lower one is ever used again. */
  queueIdFloor = 0
  readonly #vhosts = new Map<string, VhostDefinitions>()
  readonly #users = new Map<string, DefinitionChange>()
  /** Permissions and topic permissions. */
  readonly #permissions = new Map<
    string,
    DefinitionChange & { readonly user: string; readonly vhost: string }
  >()
  readonly #globalParameters = new Map<string, DefinitionChange>()

  apply(change: DefinitionChange): void {
    switch (change.kind) {
      case 'vhost-put':
      case 'vhost-limits-put':
        this.#vhost(change.vhost).own.set(change.kind, change)
        break
      case 'vhost-delete':
        this.#vhosts.delete(change.vhost)
        this.#deletePermissions((each) => each.vhost === change.vhost)
        break
      case 'exchange-put':
        this.#vhost(change.vhost).exchanges.set(change.name, change)
        break
      case 'exchange-delete':
        this.#vhosts.get(change.vhost)?.exchanges.delete(change.name)
        this.#vhosts.get(change.vhost)?.deleteBindingsAt(endKey('exchange', change.name))
        break
      case 'queue-put':
        this.#vhost(change.vhost).queues.set(change.name, change)
        this.queueIdFloor = Math.max(this.queueIdFloor, change.id + 1)
        break
      case 'queue-delete':
        this.#vhosts.get(change.vhost)?.queues.delete(change.name)
        this.#vhosts.get(change.vhost)?.deleteBindingsAt(endKey('queue', change.name))
        this.queueIdFloor = Math.max(this.queueIdFloor, change.id + 1)
        break
      case 'queue-id-floor':
        this.queueIdFloor = Math.max(this.queueIdFloor, change.floor)
        break
      case 'binding-put':
        this.#vhost(change.vhost).putBinding(change)
        break
      case 'binding-delete':
        this.#vhosts.get(change.vhost)?.deleteBinding(bindingKey(change))
        break
      case 'policy-put':
        this.#vhost(change.vhost).policies.set(`p${change.policy.name}`, change)
        break
      case 'operator-policy-put':
        this.#vhost(change.vhost).policies.set(`o${change.policy.name}`, change)
        break
      case 'policy-delete':
        this.#vhosts.get(change.vhost)?.policies.delete(`p${change.name}`)
        break
      case 'operator-policy-delete':
        this.#vhosts.get(change.vhost)?.policies.delete(`o${change.name}`)
        break
      case 'parameter-put':
        this.#vhost(change.vhost).parameters.set(counted(change.component) + change.name, change)
        break
      case 'parameter-delete':
        this.#vhosts.get(change.vhost)?.parameters.delete(counted(change.component) + change.name)
        break
      case 'global-parameter-put':
        this.#globalParameters.set(change.name, change)
        break
      case 'global-parameter-delete':
        this.#globalParameters.delete(change.name)
        break
      case 'user-put':
        this.#users.set(change.name, change)
        break
      case 'user-delete':
        this.#users.delete(change.name)
        this.#deletePermissions((each) => each.user === change.name)
        break
      case 'permission-put':
      case 'topic-permission-put':
        this.#permissions.set(permissionKey(change), change)
        break
      case 'permission-delete':
      case 'topic-permission-delete':
        this.#permissions.delete(permissionKey(change))
        break
      default:
        change satisfies never
    }
  }

  /** Changes that give this state when nothing was there before; each comes after those it rests on. */
  changes(): DefinitionChange[] {
    const changes: DefinitionChange[] = []
    const add = (from: ReadonlyMap<string, DefinitionChange>): void => {
      for (const change of from.values()) changes.push(change)
    }
    if (this.queueIdFloor > 0) changes.push({ kind: 'queue-id-floor', floor: this.queueIdFloor })
    add(this.#globalParameters)
    for (const vhost of this.#vhosts.values()) add(vhost.own)
    add(this.#users)
    add(this.#permissions)
    for (const vhost of this.#vhosts.values()) {
      add(vhost.parameters)
      add(vhost.policies)
      add(vhost.exchanges)
      add(vhost.queues)
      add(vhost.bindings)
    }
    return changes
  }

  /**
   * After damage: makes vhosts that only their content speaks of, and takes out what rests on something that is gone.
   * Returns what was taken out.
   */
  mend(): DefinitionChange[] {
    const lost: DefinitionChange[] = []
    for (const [name, vhost] of this.#vhosts) {
      if (!vhost.own.has('vhost-put')) {
        const own = [...vhost.own]
        vhost.own.clear()
        vhost.own.set('vhost-put', {
          kind: 'vhost-put',
          vhost: name,
          metadata: NO_METADATA,
          maker: undefined,
        })
        for (const [kind, change] of own) vhost.own.set(kind, change)
      }
      for (const [key, binding] of vhost.bindings) {
        const { source, destinationKind, destination } = binding
        const isWhole = vhost.has('exchange', source) && vhost.has(destinationKind, destination)
        if (isWhole) continue
        lost.push(binding)
        vhost.deleteBinding(key)
      }
    }
    for (const [key, permission] of this.#permissions) {
      if (this.#users.has(permission.user)) continue
      lost.push(permission)
      this.#permissions.delete(key)
    }
    return lost
  }

  #vhost(name: string): VhostDefinitions {
    let vhost = this.#vhosts.get(name)
    if (vhost === undefined) {
      vhost = new VhostDefinitions()
      this.#vhosts.set(name, vhost)
    }
    return vhost
  }

  #deletePermissions(isGone: (each: { readonly user: string; readonly vhost: string }) => boolean): void {
    for (const [key, change] of this.#permissions) if (isGone(change)) this.#permissions.delete(key)
  }
}

/** Every vhost has them, and they are not written down. A name of this kind can be declared by nobody. */
function isPredeclaredName(name: string): boolean {
  return name === '' || name.startsWith('amq.')
}

function bindingKey(change: BindingChange): string {
  const { source, destinationKind, destination, routingKey, arguments: args } = change
  return counted(source) + bindingIdentity(destinationKind, destination, routingKey, args)
}

function endsOf(change: BindingChange): string[] {
  return [endKey('exchange', change.source), endKey(change.destinationKind, change.destination)]
}

function endKey(kind: 'queue' | 'exchange', name: string): string {
  return kind[0] + name
}

function permissionKey(change: {
  readonly user: string
  readonly vhost: string
  readonly exchange?: string
}): string {
  return (
    counted(change.user) +
    counted(change.vhost) +
    (change.exchange === undefined ? '' : `t${change.exchange}`)
  )
}
