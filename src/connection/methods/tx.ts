import { BrokerError } from '../../core/errors.js'
import { encodeTxRollbackOk, encodeTxSelectOk } from '../../protocol/amqp091/index.js'
import type { Channel } from '../channel.js'
import { Transaction } from '../transaction.js'

/** tx.select: publishes and acks are held until commit from now on. */
export function select(channel: Channel): void {
  const { publishing, consuming, host, number } = channel
  if (publishing.confirmMode)
    throw new BrokerError('PRECONDITION_FAILED', 'cannot switch from confirm to tx mode')
  if (publishing.transaction === undefined)
    publishing.setTransaction(new Transaction(host, number, publishing, consuming))
  encodeTxSelectOk(host.output, number)
}

export function commit(channel: Channel): void {
  transactionOf(channel).commit()
}

export function rollback(channel: Channel): void {
  transactionOf(channel).rollback()
  encodeTxRollbackOk(channel.host.output, channel.number)
}

function transactionOf(channel: Channel): Transaction {
  const { transaction } = channel.publishing
  if (transaction === undefined) throw new BrokerError('PRECONDITION_FAILED', 'channel is not transactional')
  return transaction
}
