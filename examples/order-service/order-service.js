import amqp from 'amqplib'

/** How often an order is tried before it is given up. */
const ATTEMPTS_MAX = 3
const RETRY_AFTER_MS = 30_000
/** How long goods stay reserved for an order that is not paid. */
const RESERVED_MS = 24 * 60 * 60 * 1000
const RECONNECT_AFTER_MS = 20

/**
 * A small order service. Orders come in by the exchange `orders` and are handled one by one; one that fails is tried
 * again half a minute later, and lies in `orders.dead` after the third time. Reservations that nobody pays for within a
 * day come back by `reservations.expired`.
 */
export class OrderService {
  #url
  #handle
  #connection
  #channel
  #stopped = false

  /** `handle(order)` does the work and throws, or rejects, when that failed. */
  constructor(url, handle) {
    this.#url = url
    this.#handle = handle
  }

  async start() {
    // Without noDelay small writes wait for each other, at any broker.
    this.#connection = await amqp.connect(this.#url, { noDelay: true })
    this.#connection.on('error', () => {})
    this.#connection.on('close', () => this.#reconnect())
    const channel = await this.#connection.createConfirmChannel()
    channel.on('error', () => {})
    await declare(channel)
    await channel.prefetch(1)
    await channel.consume('orders.work', (message) => message && this.#take(channel, message))
    this.#channel = channel
  }

  async stop() {
    this.#stopped = true
    // The broker may have gone first.
    await this.#connection?.close().catch(() => {})
  }

  /** Resolves once the broker has the order. */
  async place(order) {
    this.#channel.publish('orders', 'placed', Buffer.from(JSON.stringify(order)), { persistent: true })
    await this.#channel.waitForConfirms()
  }

  async reserve(order) {
    this.#channel.sendToQueue('reservations', Buffer.from(JSON.stringify(order)), { persistent: true })
    await this.#channel.waitForConfirms()
  }

  async #take(channel, message) {
    try {
      await this.#handle(JSON.parse(message.content.toString()))
      channel.ack(message)
    } catch {
      this.#retryOrGiveUp(channel, message)
    }
  }

  #retryOrGiveUp(channel, message) {
    const attempt = (message.properties.headers['x-attempt'] ?? 1) + 1
    if (attempt > ATTEMPTS_MAX) {
      channel.nack(message, false, false)
      return
    }
    channel.sendToQueue('orders.retry', message.content, {
      persistent: true,
      headers: { 'x-attempt': attempt },
    })
    channel.ack(message)
  }

  async #reconnect() {
    while (!this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_AFTER_MS))
      try {
        await this.start()
        return
      } catch {
        // The broker is not back yet.
      }
    }
  }
}

async function declare(channel) {
  await channel.assertExchange('orders', 'topic')
  await channel.assertQueue('orders.dead')
  await channel.assertQueue('orders.work', { deadLetterExchange: '', deadLetterRoutingKey: 'orders.dead' })
  await channel.bindQueue('orders.work', 'orders', 'placed')
  await channel.assertQueue('orders.retry', {
    messageTtl: RETRY_AFTER_MS,
    deadLetterExchange: '',
    deadLetterRoutingKey: 'orders.work',
  })
  await channel.assertQueue('reservations.expired')
  await channel.assertQueue('reservations', {
    messageTtl: RESERVED_MS,
    deadLetterExchange: '',
    deadLetterRoutingKey: 'reservations.expired',
  })
}
