import { fieldTypeName } from '../core/erlang-text.js'
import { BrokerError } from '../core/errors.js'
import { parseExpiration } from '../core/expiration.js'
import type { MessageView } from '../core/message.js'
import type { Principal } from '../core/permission.js'
import {
  ByteReader,
  ByteWriter,
  decodeFieldValue,
  findTableEntry,
  PropertyFlag,
  PropertyScanner,
} from '../protocol/amqp091/index.js'
import { REPLY_TO_QUEUE } from './reply-to.js'

const CC = Buffer.from('CC')
const BCC = Buffer.from('BCC')

/** Lets a user set other users' names on messages. */
const IMPERSONATOR = 'impersonator'

const TAG_SIGNED_LONG = 0x6c
const TAG_LONG_LONG = 0x4c

/**
 * What the properties of a publish say to the broker. They are looked at where they lie; {@link read} costs next to
 * nothing when there are none, or only delivery-mode.
 */
export class PublishProperties {
  /** Routing keys of CC and BCC beside the message's own, empty in all but rare messages. */
  extraKeys: readonly string[] = NO_KEYS

  private readonly scanner = new PropertyScanner()
  private replyToName: string | undefined
  private expirationText: string | undefined

  /** Reads what concerns the queues into the view. Throws CodecError when the properties do not decode. */
  read(message: MessageView): void {
    const { scanner } = this
    scanner.scan(message.buffer, message.propertiesStart, message.propertiesEnd)
    message.persistent = scanner.deliveryMode === 2
    message.priority = scanner.priority
    message.expirationMs = -1
    message.hasBcc = false
    message.hasDeaths = false
    this.extraKeys = NO_KEYS
  }

  /** True when there is something that {@link check} has to look at. */
  get wantCheck(): boolean {
    return (this.scanner.flags & CHECKED_FLAGS) !== 0
  }

  /**
   * Checks reply-to, expiration, CC and BCC, in this order. `replyName` is what the channel's consumer of direct
   * replies is called. Throws PRECONDITION_FAILED.
   */
  check(message: MessageView, replyName: string | undefined): void {
    const { flags } = this.scanner
    this.replyToName = undefined
    this.expirationText = undefined
    if ((flags & PropertyFlag.ReplyTo) !== 0) this.checkReplyTo(message.buffer, replyName)
    if ((flags & PropertyFlag.Expiration) !== 0) this.checkExpiration(message)
    if ((flags & PropertyFlag.Headers) !== 0) this.checkHeaders(message)
  }

  /** Checks user-id, which comes after the permission checks of the keys. Throws PRECONDITION_FAILED. */
  checkUserId(message: MessageView, principal: Principal): void {
    const { scanner } = this
    if ((scanner.flags & PropertyFlag.UserId) === 0) return
    const userId = message.buffer.toString('utf8', scanner.userIdStart, scanner.userIdEnd)
    if (userId === principal.name || principal.tags.includes(IMPERSONATOR)) return
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `user_id property set to '${userId}' but authenticated user was '${principal.name}'`,
    )
  }

  /** The properties with what {@link check} wants changed, or `undefined` when they stay as they are. */
  changed(message: MessageView): Buffer | undefined {
    if (this.replyToName === undefined && this.expirationText === undefined) return undefined
    const { scanner } = this
    const { buffer } = message
    const writer = new ByteWriter()
    let from = scanner.start
    if (this.replyToName !== undefined) {
      writer.bytes(buffer, from, scanner.replyToStart - 1)
      writer.shortstr(this.replyToName)
      from = scanner.replyToEnd
    }
    if (this.expirationText !== undefined) {
      writer.bytes(buffer, from, scanner.expirationStart - 1)
      writer.shortstr(this.expirationText)
      from = scanner.expirationEnd
    }
    writer.bytes(buffer, from, scanner.end)
    return writer.written()
  }

  private checkReplyTo(buffer: Buffer, replyName: string | undefined): void {
    const { replyToStart, replyToEnd } = this.scanner
    if (replyToEnd - replyToStart !== REPLY_TO_QUEUE.length) return
    if (buffer.toString('latin1', replyToStart, replyToEnd) !== REPLY_TO_QUEUE) return
    if (replyName === undefined)
      throw new BrokerError('PRECONDITION_FAILED', 'fast reply consumer does not exist')
    this.replyToName = replyName
  }

  private checkExpiration(message: MessageView): void {
    const { expirationStart, expirationEnd } = this.scanner
    const text = message.buffer.toString('utf8', expirationStart, expirationEnd)
    message.expirationMs = parseExpiration(text)
    // RabbitMQ hands a number on, so consumers never see `007` or `+7`.
    const plain = String(message.expirationMs)
    if (plain !== text) this.expirationText = plain
  }

  private checkHeaders(message: MessageView): void {
    const { headersStart, headersEnd } = this.scanner
    const { buffer } = message
    normaliseLongs(buffer, headersStart, headersEnd)
    const cc = findTableEntry(buffer, headersStart, headersEnd, CC)
    const bcc = findTableEntry(buffer, headersStart, headersEnd, BCC)
    if (cc < 0 && bcc < 0) return
    const keys: string[] = []
    if (cc >= 0) addKeys(keys, 'CC', buffer, cc, headersEnd)
    if (bcc >= 0) {
      addKeys(keys, 'BCC', buffer, bcc, headersEnd)
      message.hasBcc = true
    }
    this.extraKeys = keys
  }
}

const NO_KEYS: readonly string[] = []
const CHECKED_FLAGS =
  PropertyFlag.Headers | PropertyFlag.ReplyTo | PropertyFlag.Expiration | PropertyFlag.UserId

/** Adds the long strings of the array at `at`; members of other types are passed over. */
function addKeys(keys: string[], name: string, buffer: Buffer, at: number, end: number): void {
  const value = decodeFieldValue(new ByteReader(buffer, at, end))
  if (value.tag !== 'A') {
    const reason = `{unacceptable_type_in_header,"${name}",${fieldTypeName(value)}}`
    throw new BrokerError('PRECONDITION_FAILED', `invalid message: ${reason}`)
  }
  for (const member of value.value) if (member.tag === 'S') keys.push(member.value.toString())
}

/**
 * Turns values of type `L` into `l`, as RabbitMQ does: not every client knows `L`. In place, in a table that was
 * already checked. Most tables do not even hold the letter.
 */
function normaliseLongs(buffer: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    if (buffer[at] !== TAG_LONG_LONG) continue
    normaliseTable(buffer, start, true)
    return
  }
}

function normaliseTable(buffer: Buffer, start: number, named: boolean): number {
  const end = start + 4 + buffer.readUInt32BE(start)
  let at = start + 4
  while (at < end) {
    if (named) at += 1 + buffer[at]
    const tag = buffer[at]
    if (tag === TAG_LONG_LONG) buffer[at] = TAG_SIGNED_LONG
    at++
    switch (tag) {
      case 0x46: // F
        at = normaliseTable(buffer, at, true)
        break
      case 0x41: // A
        at = normaliseTable(buffer, at, false)
        break
      case 0x53: // S
      case 0x78: // x
        at += 4 + buffer.readUInt32BE(at)
        break
      default:
        at += FIXED_OCTETS[String.fromCharCode(tag)]
    }
  }
  return end
}

const FIXED_OCTETS: Readonly<Record<string, number>> = {
  t: 1,
  b: 1,
  B: 1,
  s: 2,
  u: 2,
  I: 4,
  i: 4,
  f: 4,
  D: 5,
  l: 8,
  L: 8,
  d: 8,
  T: 8,
  V: 0,
}
