import type { Channel, ConsumeMessage, Options } from 'amqplib'
import { until } from './wait.js'

/** What a consumer made with {@link consumeInto} received. */
export class Inbox {
  readonly messages: ConsumeMessage[] = []
  consumerTag = ''
  /** The broker cancelled the consumer. */
  cancelled = false

  /** The bodies as text, in the order of arrival. */
  get bodies(): string[] {
    return this.messages.map((message) => message.content.toString())
  }

  /** Waits for at least `count` messages and returns all there are. */
  async until(count: number, timeoutMs?: number): Promise<ConsumeMessage[]> {
    const what = `${count} messages have arrived (of which: ${JSON.stringify(this.bodies.slice(0, 20))})`
    await until(() => this.messages.length >= count, what, timeoutMs)
    return this.messages
  }
}

/** Consumes from a queue into a list; `onMessage` sees each message after it was put there. */
export async function consumeInto(
  channel: Channel,
  queue: string,
  options: Options.Consume = {},
  onMessage?: (message: ConsumeMessage) => void,
): Promise<Inbox> {
  const inbox = new Inbox()
  const ok = await channel.consume(
    queue,
    (message) => {
      if (message === null) {
        inbox.cancelled = true
        return
      }
      inbox.messages.push(message)
      onMessage?.(message)
    },
    options,
  )
  inbox.consumerTag = ok.consumerTag
  return inbox
}
