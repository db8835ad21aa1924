import { BlockPool } from '../../src/core/queue/message-index.js'
import { ReadyOrder } from '../../src/core/queue/ready-order.js'
import { CHUNK_BYTES } from '../../src/storage/chunk.js'
import { makeRef } from '../../src/storage/ref.js'
import type { Stage } from './stage.js'

const COUNT = 1_000_000
/** Messages of a queue that is not deep. */
const SHALLOW = 100
/** Octets of the record of a message of 16 octets. */
const RECORD_BYTES = 88
const BODY_BYTES = 16

/** What a queue's index takes for a message, beside all else: while the queue is shallow, and 1,000,000 deep. */
export function indexingStages(): Stage[] {
  return [shallow(), append(), take()]
}

function shallow(): Stage {
  const order = new ReadyOrder(new BlockPool(), 1, 'original')
  return {
    name: `index, append and take, ${SHALLOW} deep`,
    count: COUNT,
    run: () => {
      for (let i = 0; i < COUNT; i += SHALLOW) {
        appendTo(order, i, i + SHALLOW)
        takeAll(order)
      }
    },
  }
}

function append(): Stage {
  const order = new ReadyOrder(new BlockPool(), 1, 'original')
  return {
    name: `index, append, up to ${COUNT} deep`,
    count: COUNT,
    run: () => appendTo(order, 0, COUNT),
    clear: () => {
      takeAll(order)
    },
  }
}

function take(): Stage {
  const order = new ReadyOrder(new BlockPool(), 1, 'original')
  return {
    name: `index, take, from ${COUNT} deep`,
    count: COUNT,
    prepare: () => appendTo(order, 0, COUNT),
    run: () => {
      if (takeAll(order) === 0) throw new Error('nothing was taken')
    },
  }
}

/** Appends messages whose records lie in a log one after the other. */
function appendTo(order: ReadyOrder, from: number, to: number): void {
  const perChunk = Math.floor(CHUNK_BYTES / RECORD_BYTES)
  for (let i = from; i < to; i++) {
    const ref = makeRef(Math.floor(i / perChunk), (i % perChunk) * RECORD_BYTES)
    order.append(0, ref, 0, BODY_BYTES, Number.POSITIVE_INFINITY)
  }
}

/** Takes out every message; the sum of their refs and sizes, so that both are read. */
function takeAll(order: ReadyOrder): number {
  let sum = 0
  while (order.first()) {
    const { index } = order
    sum += index.ref + index.bodyBytes
    order.leave()
    order.remove()
  }
  return sum
}
