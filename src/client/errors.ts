/**
 * A channel or connection that is closed: by the broker with a reply code, by this program, or by the loss of the
 * socket. Pending calls are rejected with it, and so are later ones.
 */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'
  /** What is closed. */
  readonly scope: 'channel' | 'connection'
  /** AMQP's reply code; 0 when the socket was lost and 200 when this program closed it. */
  readonly code: number
  /** The reply text, with its code name: `NOT_FOUND - no queue 'q' in vhost '/'`. */
  readonly text: string
  /** `class.method` that the broker refused; undefined when it named none. */
  readonly method: string | undefined

  constructor(
    scope: 'channel' | 'connection',
    code: number,
    text: string,
    details: { readonly method?: string | undefined; readonly cause?: unknown } = {},
  ) {
    const refused = details.method === undefined ? '' : ` (in answer to ${details.method})`
    const message = `${scope} closed: ${code === 0 ? '' : `${code} `}${text}${refused}`
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.scope = scope
    this.code = code
    this.text = text
    this.method = details.method
  }
}

/** Published messages that the broker refused with `basic.nack`, such as one to a full queue. */
export class NackedError extends Error {
  override readonly name = 'NackedError'
  /** How many messages were refused. */
  readonly count: number

  constructor(count: number) {
    super(count === 1 ? 'the broker refused the message' : `the broker refused ${count} messages`)
    this.count = count
  }
}

/** More is waiting to be sent than may be: the program went on publishing though it was told to wait for `drain`. */
export class BacklogError extends Error {
  override readonly name = 'BacklogError'

  constructor(waitingBytes: number, limitBytes: number) {
    super(`${waitingBytes} bytes wait to be sent, more than the ${limitBytes} that may: wait for 'drain'`)
  }
}
