import { NackedError } from './errors.js'

interface Waiter {
  resolve(): void
  reject(error: Error): void
}

interface BarrierWaiter extends Waiter {
  /** Number of the last publish that it waits for. */
  readonly last: number
}

/** The unconfirmed publishes of a channel in confirm mode. Numbers count from 1, as the broker's do. */
export class Confirms {
  #published = 0
  /** In the order of publishing. */
  readonly #outstanding = new Map<number, Waiter | undefined>()
  readonly #barriers: BarrierWaiter[] = []
  /** Refusals that nobody was told of yet. */
  #nacked = 0

  /** How many publishes wait for the broker's answer. */
  get outstanding(): number {
    return this.#outstanding.size
  }

  /** A message was published; `waiter` is told what became of it. */
  published(waiter?: Waiter): void {
    this.#published += 1
    this.#outstanding.set(this.#published, waiter)
  }

  /** The broker answered for one publish, or for all up to it. */
  settle(sequence: number, multiple: boolean, accepted: boolean): void {
    if (multiple) {
      for (const number of this.#outstanding.keys()) {
        // 0 means everything so far.
        if (sequence !== 0 && number > sequence) break
        this.#settleOne(number, accepted)
      }
    } else {
      this.#settleOne(sequence, accepted)
    }
    this.#releaseBarriers()
  }

  /** Resolves when everything published so far is confirmed; rejects with a NackedError when some of it was refused. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#barriers.push({ last: this.#published, resolve, reject })
      this.#releaseBarriers()
    })
  }

  /** The channel is gone, and what became of the outstanding messages will never be known. */
  fail(error: Error): void {
    for (const waiter of this.#outstanding.values()) waiter?.reject(error)
    this.#outstanding.clear()
    for (const barrier of this.#barriers.splice(0)) barrier.reject(error)
  }

  #settleOne(number: number, accepted: boolean): void {
    const waiter = this.#outstanding.get(number)
    if (!this.#outstanding.delete(number)) return
    if (accepted) waiter?.resolve()
    else if (waiter === undefined) this.#nacked += 1
    else waiter.reject(new NackedError(1))
  }

  #releaseBarriers(): void {
    const oldest = this.#outstanding.keys().next()
    const settledUpTo = oldest.done === true ? this.#published : oldest.value - 1
    while (this.#barriers.length > 0 && this.#barriers[0]!.last <= settledUpTo) {
      const barrier = this.#barriers.shift()
      const nacked = this.#nacked
      this.#nacked = 0
      if (nacked === 0) barrier?.resolve()
      else barrier?.reject(new NackedError(nacked))
    }
  }
}
