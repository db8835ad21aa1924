import type { ConnectionRegistry } from './connection/connection-registry.js'
import type { Listener } from './connection/listener.js'
import type { EventBus } from './core/events.js'
import type { Maintenance } from './management/node-control.js'
import type { Logger } from './util/logger.js'

declare module './core/events.js' {
  interface BrokerEvents {
    'maintenance.draining': { readonly node: string }
    'maintenance.connections.closed': { readonly node: string }
    'maintenance.revived': { readonly node: string }
  }
}

/** What maintenance needs of a node. */
export interface MaintenanceParts {
  readonly node: string
  readonly connections: ConnectionRegistry
  readonly events: EventBus
  readonly logger: Logger
  listeners(): readonly Listener[]
  setListeners(listeners: readonly Listener[]): void
  /** Listens where these listened. Rejects, with none open, when one cannot. */
  reopen(former: readonly Listener[]): Promise<readonly Listener[]>
}

/**
 * A node that clients are kept from while it goes on running: the HTTP API and the control socket stay, so that an
 * operator can look at it and take it back.
 */
export class NodeMaintenance implements Maintenance {
  isDrained = false
  readonly #parts: MaintenanceParts
  /** Where the node listened before it stopped to; empty while it listens. */
  #suspended: readonly Listener[] = []
  #resuming: Promise<void> | undefined

  constructor(parts: MaintenanceParts) {
    this.#parts = parts
  }

  suspendListeners(): void {
    const { logger } = this.#parts
    const listeners = this.#parts.listeners()
    if (listeners.length === 0) return
    this.#suspended = listeners
    this.#parts.setListeners([])
    // A listener is gone for good with the last of its connections, which need not be soon.
    for (const listener of listeners) void listener.close()
    logger.warning('listeners of clients are suspended: no new connections are taken')
  }

  resumeListeners(): Promise<void> {
    this.#resuming ??= this.#resume().finally(() => {
      this.#resuming = undefined
    })
    return this.#resuming
  }

  drain(): void {
    const { node, connections, events, logger } = this.#parts
    if (this.isDrained) return
    logger.warning('This node is being put into maintenance (drain) mode')
    this.isDrained = true
    events.emit('maintenance.draining', { node })
    this.suspendListeners()
    const all = [...connections.all()]
    for (const connection of all) connection.forceClose('Node was put into maintenance mode')
    events.emit('maintenance.connections.closed', { node })
    logger.warning(`Closed ${all.length} local client connections`)
  }

  async revive(): Promise<void> {
    const { node, events, logger } = this.#parts
    await this.resumeListeners()
    if (!this.isDrained) return
    this.isDrained = false
    events.emit('maintenance.revived', { node })
    logger.warning('This node is being revived from maintenance (drain) mode')
  }

  async #resume(): Promise<void> {
    const former = this.#suspended
    if (former.length === 0) return
    const reopened = await this.#parts.reopen(former)
    this.#suspended = []
    this.#parts.setListeners(reopened)
    this.#parts.logger.warning('listeners of clients are resumed')
  }
}
