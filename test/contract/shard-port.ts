import { describe } from 'node:test'
import type { MakePort } from '../support/shard-fixture.js'
import { consumersContract } from './shard-port/consumers.js'
import { deadLettersContract } from './shard-port/dead-letters.js'
import { expiryContract } from './shard-port/expiry.js'
import { limitsContract } from './shard-port/limits.js'
import { orderingContract } from './shard-port/ordering.js'
import { quorumContract } from './shard-port/quorum.js'
import { streamsContract } from './shard-port/streams.js'

/** What every shard port does, whatever log and whatever road is behind it. */
export function shardPortContract(name: string, make: MakePort): void {
  describe(name, () => {
    describe('order', () => orderingContract(make))
    describe('consumers', () => consumersContract(make))
    describe('expiry', () => expiryContract(make))
    describe('limits', () => limitsContract(make))
    describe('dead letters', () => deadLettersContract(make))
    describe('quorum queues', () => quorumContract(make))
    describe('streams', () => streamsContract(make))
  })
}
