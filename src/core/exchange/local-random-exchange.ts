import { BrokerError } from '../errors.js'
import type { Destination } from '../topology/binding.js'
import type { ExchangeType } from './exchange-matcher.js'
import { RandomMatcher } from './random-exchange.js'

/** `x-local-random`: one of the node's own classic queues by chance. */
export const LOCAL_RANDOM_EXCHANGE: ExchangeType = {
  name: 'x-local-random',
  description: 'Exchange that routes to one local queue, chosen at random',
  checkBinding: (destination: Destination, routingKey: string): void => {
    if (routingKey !== '') {
      throw new BrokerError('PRECONDITION_FAILED', `Non empty binding '${routingKey}' key not permitted`)
    }
    const type = destination.kind === 'queue' ? destination.type : 'exchange'
    if (type !== 'classic') {
      throw new BrokerError('PRECONDITION_FAILED', `Queue type ${type} not valid for this exchange type`)
    }
  },
  createMatcher: (_args, random) => new RandomMatcher(random),
}
