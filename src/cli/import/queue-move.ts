import type { Channel, Connection, GetResult, PublishProperties } from '../../client/index.js'

/** What a quorum queue adds to a message that it hands out; at the target counting begins anew. */
const COUNT_HEADER = 'x-delivery-count'
/** Messages that are asked for, or on their way, at a time. */
const WINDOW = 200
/** Octets on their way above which no more are asked for. */
const BYTES_MAX = 16 << 20

/**
 * Moves the messages of one queue from one broker to another, in order. A message is acknowledged at the source after
 * the target has confirmed it: whatever happens, none is lost, and those on their way when the import dies come twice.
 *
 * It goes through a fanout exchange of its own that only the target queue is bound to, so that the message keeps its
 * routing key and a CC header sends nothing elsewhere.
 */
export class QueueMove {
  moved = 0
  readonly #source: Channel
  readonly #target: Channel
  readonly #queue: string
  readonly #exchange: string
  #bytes = 0
  #asked = 0
  #isEmpty = false
  #failure: Error | undefined
  #wake: () => void = () => {}

  private constructor(source: Channel, target: Channel, queue: string, exchange: string) {
    this.#source = source
    this.#target = target
    this.#queue = queue
    this.#exchange = exchange
  }

  /** Resolves with the open move; call {@link run}, then {@link close}. Rejects when one side has no such queue. */
  static async open(from: Connection, to: Connection, queue: string, exchange: string): Promise<QueueMove> {
    const source = await from.channel()
    const target = await to.channel()
    await target.checkQueue(queue)
    await target.confirmSelect()
    await target.declareExchange(exchange, 'fanout', { durable: false, autoDelete: true })
    await target.bindQueue(queue, exchange)
    return new QueueMove(source, target, queue, exchange)
  }

  /** Resolves when the source is empty, or `signal` asked for the end and what was under way has arrived. */
  async run(signal: AbortSignal): Promise<void> {
    this.#target.on('returned', ({ replyText }) =>
      this.#fail(new Error(`the target did not take it: ${replyText}`)),
    )
    for (const channel of [this.#source, this.#target]) {
      channel.on('closed', (reason) => this.#fail(reason ?? new Error('the channel was closed')))
    }
    const stop = () => this.#wake()
    signal.addEventListener('abort', stop)
    try {
      for (;;) {
        const mayAsk = !this.#isEmpty && this.#failure === undefined && !signal.aborted
        if (mayAsk && this.#asked < WINDOW && this.#bytes < BYTES_MAX) {
          this.#ask()
          continue
        }
        if (this.#failure !== undefined) throw this.#failure
        if (!mayAsk && this.#asked === 0) return
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  /** Takes the exchange away. What was not acknowledged goes back to the source queue. */
  async close(): Promise<void> {
    // A channel that a refusal closed takes nothing any more; the exchange goes with the binding, or the connection's end.
    if (this.#target.closedBy === undefined) {
      await this.#target.unbindQueue(this.#queue, this.#exchange).catch(() => {})
      await this.#target.close()
    }
    if (this.#source.closedBy === undefined) await this.#source.close()
  }

  #ask(): void {
    this.#asked += 1
    this.#source
      .get(this.#queue)
      .then((message) => {
        if (message === undefined) {
          this.#isEmpty = true
          return undefined
        }
        return this.#pass(message)
      })
      .then(
        () => {
          this.#asked -= 1
          this.#wake()
        },
        (error: Error) => this.#fail(error),
      )
  }

  async #pass(message: GetResult): Promise<void> {
    if (this.#failure !== undefined) return
    const { routingKey, body } = message
    this.#bytes += body.length
    await this.#target.publishConfirmed(this.#exchange, routingKey, body, withoutCount(message), {
      mandatory: true,
    })
    // The return of a message that no queue took comes before its confirm.
    if (this.#failure !== undefined) return
    this.#source.ack(message)
    this.#bytes -= body.length
    this.moved += 1
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }
}

function withoutCount({ properties }: GetResult): PublishProperties {
  const { headers, ...rest } = properties
  if (headers === undefined) return rest
  if (!headers.has(COUNT_HEADER)) return { ...rest, headers }
  const kept = new Map([...headers].filter(([name]) => name !== COUNT_HEADER))
  // A message without headers has an empty table after the queue's own is gone.
  return kept.size === 0 ? rest : { ...rest, headers: kept }
}
