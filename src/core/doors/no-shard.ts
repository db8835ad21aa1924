import type { QueueCounts, ShardPort } from '../shard-port.js'
import { QueueCounters } from '../statistics.js'

const NO_COUNTS: QueueCounts = { ready: 0, unacked: 0, consumers: 0, readyBytes: 0 }

/** The shard of a rehearsal: takes every queue and holds nothing. */
export const NO_SHARD: ShardPort = {
  createQueue() {},
  configureQueue() {},
  deleteQueue: () => 0,
  purgeQueue: () => 0,
  countsOf: () => NO_COUNTS,
  statisticsOf: () => false,
  detailsOf: () => undefined,
  totalsOf: () => new QueueCounters(),
  forgetVhost() {},
  touchQueue() {},
  peek: (_queueId, _request, done) => done({ messages: [], next: undefined }),
  publish: unused,
  subscribe: unused,
  unsubscribe() {},
  resume() {},
  get: () => false,
  settle() {},
  isCongested: false,
  deliveryRecord: {
    deliveryTicket: 0,
    writtenTicket: 0,
    syncedTicket: 0,
    onAdvance: undefined,
    writeDeliveries() {},
  },
  atomically: (work) => work(),
  whenDurable: (done) => done(undefined),
  flush() {},
}

function unused(): never {
  throw new Error('a rehearsal has no messages')
}
