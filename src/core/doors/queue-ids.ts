import type { DoorContext } from './door-context.js'

/** Ids set aside with one record of the log. */
export const QUEUE_ID_BLOCK = 1_024

/**
 * Ids for new queues. Blocks of them are set aside in the log before the first is used, since transient queues are not
 * written down: after a restart no id comes up again that one of them had.
 */
export class QueueIds {
  private readonly context: DoorContext
  private setAside = 0

  constructor(context: DoorContext) {
    this.context = context
  }

  /**
   * Nothing waits for the block's record, or asks what became of it: the record of any queue that uses it comes later,
   * and fares no better.
   */
  take(): number {
    const { topology, log } = this.context
    const id = topology.takeQueueId()
    if (id >= this.setAside) {
      this.setAside = id + QUEUE_ID_BLOCK
      log.append({ kind: 'queue-id-floor', floor: this.setAside })?.catch(() => {})
    }
    return id
  }
}
