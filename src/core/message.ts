/**
 * A message as it lies in some buffer, described by offsets: nothing is decoded or copied. A view is reused for the
 * next message, so whoever gets one reads it during the call and keeps nothing but copies.
 *
 * Picture of the bytes (each part anywhere in `buffer`, the parts need not touch):
 *
 *     routing     shortstr exchange, shortstr routing key      as in basic.publish and basic.deliver
 *     properties  u16 flags, property values                   as in the content header frame after the body size
 *     body        octets                                       without frame headers, whole
 */
export class MessageView {
  buffer: Buffer = EMPTY
  routingStart = 0
  routingEnd = 0
  propertiesStart = 0
  propertiesEnd = 0
  bodyStart = 0
  bodyEnd = 0
  /** delivery-mode is 2. Whether that makes it durable depends on the queue. */
  persistent = false
  /** The priority property, -1 when absent. */
  priority = -1
  /** The expiration property in milliseconds, -1 when absent. */
  expirationMs = -1

  /**
   * The headers hold BCC, which routing has used and consumers must not see: whoever writes the message out to a
   * client leaves that header out.
   */
  hasBcc = false
  /** The x-death headers are the broker's own and count on; a publisher's are replaced at the first dead-lettering. */
  hasDeaths = false

  get bodySizeBytes(): number {
    return this.bodyEnd - this.bodyStart
  }

  /** The exchange's name; for the slow paths that need it as a string. */
  get exchange(): string {
    const at = this.routingStart
    return this.buffer.toString('utf8', at + 1, at + 1 + this.buffer[at]!)
  }

  /** The routing key; for the slow paths that need it as a string. */
  get routingKey(): string {
    const at = this.routingStart + 1 + this.buffer[this.routingStart]!
    return this.buffer.toString('utf8', at + 1, at + 1 + this.buffer[at]!)
  }
}

const EMPTY = Buffer.alloc(0)
