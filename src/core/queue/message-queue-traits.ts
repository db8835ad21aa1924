/** What makes one type of queue differ from another. */
export interface MessageQueueTraits {
  /** Levels of message priority. */
  readonly priorities: number
  /** The priority of a message that has none. */
  readonly priorityDefault: number
  /** Returned messages go before everything else rather than to their old places. */
  readonly returnsFirst: boolean
  /** Failures and acquisitions are counted, limited and shown to consumers. */
  readonly countsDeliveries: boolean
  /** Every message survives a crash, whatever its delivery mode. */
  readonly persistsAll: boolean
  /** A declare renews the lease of `x-expires`. */
  readonly declareRenewsLease: boolean
  /** The exclusive flag of a consumer means something. */
  readonly exclusiveConsumers: boolean
  /** Overflow `reject-publish-dlx` exists. */
  readonly rejectsToDeadLetter: boolean
}
