// Written by scripts/generate-codec.ts from ../spec.ts. Change those and run `npm run generate`.
import type { ByteReader } from '../byte-reader.js'
import type { ByteWriter } from '../byte-writer.js'
import type { FieldTable, ReadonlyFieldTable } from '../field-table.js'

/** Class id in the upper 16 bits, method id in the lower: the first four octets of a method frame. */
export const MethodId = {
  ConnectionStart: 0x000a000a,
  ConnectionStartOk: 0x000a000b,
  ConnectionSecure: 0x000a0014,
  ConnectionSecureOk: 0x000a0015,
  ConnectionTune: 0x000a001e,
  ConnectionTuneOk: 0x000a001f,
  ConnectionOpen: 0x000a0028,
  ConnectionOpenOk: 0x000a0029,
  ConnectionClose: 0x000a0032,
  ConnectionCloseOk: 0x000a0033,
  ConnectionBlocked: 0x000a003c,
  ConnectionUnblocked: 0x000a003d,
  ConnectionUpdateSecret: 0x000a0046,
  ConnectionUpdateSecretOk: 0x000a0047,
  ChannelOpen: 0x0014000a,
  ChannelOpenOk: 0x0014000b,
  ChannelFlow: 0x00140014,
  ChannelFlowOk: 0x00140015,
  ChannelClose: 0x00140028,
  ChannelCloseOk: 0x00140029,
  AccessRequest: 0x001e000a,
  AccessRequestOk: 0x001e000b,
  ExchangeDeclare: 0x0028000a,
  ExchangeDeclareOk: 0x0028000b,
  ExchangeDelete: 0x00280014,
  ExchangeDeleteOk: 0x00280015,
  ExchangeBind: 0x0028001e,
  ExchangeBindOk: 0x0028001f,
  ExchangeUnbind: 0x00280028,
  ExchangeUnbindOk: 0x00280033,
  QueueDeclare: 0x0032000a,
  QueueDeclareOk: 0x0032000b,
  QueueBind: 0x00320014,
  QueueBindOk: 0x00320015,
  QueuePurge: 0x0032001e,
  QueuePurgeOk: 0x0032001f,
  QueueDelete: 0x00320028,
  QueueDeleteOk: 0x00320029,
  QueueUnbind: 0x00320032,
  QueueUnbindOk: 0x00320033,
  BasicQos: 0x003c000a,
  BasicQosOk: 0x003c000b,
  BasicConsume: 0x003c0014,
  BasicConsumeOk: 0x003c0015,
  BasicCancel: 0x003c001e,
  BasicCancelOk: 0x003c001f,
  BasicPublish: 0x003c0028,
  BasicReturn: 0x003c0032,
  BasicDeliver: 0x003c003c,
  BasicGet: 0x003c0046,
  BasicGetOk: 0x003c0047,
  BasicGetEmpty: 0x003c0048,
  BasicAck: 0x003c0050,
  BasicReject: 0x003c005a,
  BasicRecoverAsync: 0x003c0064,
  BasicRecover: 0x003c006e,
  BasicRecoverOk: 0x003c006f,
  BasicNack: 0x003c0078,
  ConfirmSelect: 0x0055000a,
  ConfirmSelectOk: 0x0055000b,
  TxSelect: 0x005a000a,
  TxSelectOk: 0x005a000b,
  TxCommit: 0x005a0014,
  TxCommitOk: 0x005a0015,
  TxRollback: 0x005a001e,
  TxRollbackOk: 0x005a001f,
} as const

export type MethodId = (typeof MethodId)[keyof typeof MethodId]

/** `class.method` by method id. */
export const METHOD_NAMES: ReadonlyMap<number, string> = new Map([
  [0x000a000a, 'connection.start'],
  [0x000a000b, 'connection.start-ok'],
  [0x000a0014, 'connection.secure'],
  [0x000a0015, 'connection.secure-ok'],
  [0x000a001e, 'connection.tune'],
  [0x000a001f, 'connection.tune-ok'],
  [0x000a0028, 'connection.open'],
  [0x000a0029, 'connection.open-ok'],
  [0x000a0032, 'connection.close'],
  [0x000a0033, 'connection.close-ok'],
  [0x000a003c, 'connection.blocked'],
  [0x000a003d, 'connection.unblocked'],
  [0x000a0046, 'connection.update-secret'],
  [0x000a0047, 'connection.update-secret-ok'],
  [0x0014000a, 'channel.open'],
  [0x0014000b, 'channel.open-ok'],
  [0x00140014, 'channel.flow'],
  [0x00140015, 'channel.flow-ok'],
  [0x00140028, 'channel.close'],
  [0x00140029, 'channel.close-ok'],
  [0x001e000a, 'access.request'],
  [0x001e000b, 'access.request-ok'],
  [0x0028000a, 'exchange.declare'],
  [0x0028000b, 'exchange.declare-ok'],
  [0x00280014, 'exchange.delete'],
  [0x00280015, 'exchange.delete-ok'],
  [0x0028001e, 'exchange.bind'],
  [0x0028001f, 'exchange.bind-ok'],
  [0x00280028, 'exchange.unbind'],
  [0x00280033, 'exchange.unbind-ok'],
  [0x0032000a, 'queue.declare'],
  [0x0032000b, 'queue.declare-ok'],
  [0x00320014, 'queue.bind'],
  [0x00320015, 'queue.bind-ok'],
  [0x0032001e, 'queue.purge'],
  [0x0032001f, 'queue.purge-ok'],
  [0x00320028, 'queue.delete'],
  [0x00320029, 'queue.delete-ok'],
  [0x00320032, 'queue.unbind'],
  [0x00320033, 'queue.unbind-ok'],
  [0x003c000a, 'basic.qos'],
  [0x003c000b, 'basic.qos-ok'],
  [0x003c0014, 'basic.consume'],
  [0x003c0015, 'basic.consume-ok'],
  [0x003c001e, 'basic.cancel'],
  [0x003c001f, 'basic.cancel-ok'],
  [0x003c0028, 'basic.publish'],
  [0x003c0032, 'basic.return'],
  [0x003c003c, 'basic.deliver'],
  [0x003c0046, 'basic.get'],
  [0x003c0047, 'basic.get-ok'],
  [0x003c0048, 'basic.get-empty'],
  [0x003c0050, 'basic.ack'],
  [0x003c005a, 'basic.reject'],
  [0x003c0064, 'basic.recover-async'],
  [0x003c006e, 'basic.recover'],
  [0x003c006f, 'basic.recover-ok'],
  [0x003c0078, 'basic.nack'],
  [0x0055000a, 'confirm.select'],
  [0x0055000b, 'confirm.select-ok'],
  [0x005a000a, 'tx.select'],
  [0x005a000b, 'tx.select-ok'],
  [0x005a0014, 'tx.commit'],
  [0x005a0015, 'tx.commit-ok'],
  [0x005a001e, 'tx.rollback'],
  [0x005a001f, 'tx.rollback-ok'],
])

/** `connection.start`, 10.10. Sent by servers. */
export interface ConnectionStart {
  readonly versionMajor: number
  readonly versionMinor: number
  readonly serverProperties: FieldTable
  readonly mechanisms: Buffer
  readonly locales: Buffer
}

export function decodeConnectionStart(reader: ByteReader): ConnectionStart {
  const versionMajor = reader.u8()
  const versionMinor = reader.u8()
  const serverProperties = reader.table()
  const mechanisms = reader.longstr()
  const locales = reader.longstr()
  reader.finish()
  return {
    versionMajor,
    versionMinor,
    serverProperties,
    mechanisms,
    locales,
  }
}

export function encodeConnectionStart(
  writer: ByteWriter,
  channel: number,
  versionMajor: number,
  versionMinor: number,
  serverProperties: ReadonlyFieldTable,
  mechanisms: string | Buffer,
  locales: string | Buffer,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a000a)
  writer.u8(versionMajor)
  writer.u8(versionMinor)
  writer.table(serverProperties)
  writer.longstr(mechanisms)
  writer.longstr(locales)
  writer.endFrame(start)
}

/** `connection.start-ok`, 10.11. Sent by clients. */
export interface ConnectionStartOk {
  readonly clientProperties: FieldTable
  readonly mechanism: string
  readonly response: Buffer
  readonly locale: string
}

export function decodeConnectionStartOk(reader: ByteReader): ConnectionStartOk {
  const clientProperties = reader.table()
  const mechanism = reader.shortstr()
  const response = reader.longstr()
  const locale = reader.shortstr()
  reader.finish()
  return {
    clientProperties,
    mechanism,
    response,
    locale,
  }
}

export function encodeConnectionStartOk(
  writer: ByteWriter,
  channel: number,
  clientProperties: ReadonlyFieldTable,
  mechanism: string,
  response: string | Buffer,
  locale: string,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a000b)
  writer.table(clientProperties)
  writer.shortstr(mechanism)
  writer.longstr(response)
  writer.shortstr(locale)
  writer.endFrame(start)
}

/** `connection.secure`, 10.20. Sent by servers. */
export interface ConnectionSecure {
  readonly challenge: Buffer
}

export function decodeConnectionSecure(reader: ByteReader): ConnectionSecure {
  const challenge = reader.longstr()
  reader.finish()
  return {
    challenge,
  }
}

export function encodeConnectionSecure(
  writer: ByteWriter,
  channel: number,
  challenge: string | Buffer,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a0014)
  writer.longstr(challenge)
  writer.endFrame(start)
}

/** `connection.secure-ok`, 10.21. Sent by clients. */
export interface ConnectionSecureOk {
  readonly response: Buffer
}

export function decodeConnectionSecureOk(reader: ByteReader): ConnectionSecureOk {
  const response = reader.longstr()
  reader.finish()
  return {
    response,
  }
}

export function encodeConnectionSecureOk(
  writer: ByteWriter,
  channel: number,
  response: string | Buffer,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a0015)
  writer.longstr(response)
  writer.endFrame(start)
}

/** `connection.tune`, 10.30. Sent by servers. */
export interface ConnectionTune {
  readonly channelMax: number
  readonly frameMax: number
  readonly heartbeat: number
}

export function decodeConnectionTune(reader: ByteReader): ConnectionTune {
  const channelMax = reader.u16()
  const frameMax = reader.u32()
  const heartbeat = reader.u16()
  reader.finish()
  return {
    channelMax,
    frameMax,
    heartbeat,
  }
}

export function encodeConnectionTune(
  writer: ByteWriter,
  channel: number,
  channelMax: number,
  frameMax: number,
  heartbeat: number,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a001e)
  writer.u16(channelMax)
  writer.u32(frameMax)
  writer.u16(heartbeat)
  writer.endFrame(start)
}

/** `connection.tune-ok`, 10.31. Sent by clients. */
export interface ConnectionTuneOk {
  readonly channelMax: number
  readonly frameMax: number
  readonly heartbeat: number
}

export function decodeConnectionTuneOk(reader: ByteReader): ConnectionTuneOk {
  const channelMax = reader.u16()
  const frameMax = reader.u32()
  const heartbeat = reader.u16()
  reader.finish()
  return {
    channelMax,
    frameMax,
    heartbeat,
  }
}

export function encodeConnectionTuneOk(
  writer: ByteWriter,
  channel: number,
  channelMax: number,
  frameMax: number,
  heartbeat: number,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a001f)
  writer.u16(channelMax)
  writer.u32(frameMax)
  writer.u16(heartbeat)
  writer.endFrame(start)
}

/** `connection.open`, 10.40. Sent by clients. */
export interface ConnectionOpen {
  readonly virtualHost: string
}

export function decodeConnectionOpen(reader: ByteReader): ConnectionOpen {
  const virtualHost = reader.shortstr()
  reader.skipShortstr()
  reader.skip(1)
  reader.finish()
  return {
    virtualHost,
  }
}

export function encodeConnectionOpen(writer: ByteWriter, channel: number, virtualHost: string): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a0028)
  writer.shortstr(virtualHost)
  writer.shortstr('')
  writer.u8(0)
  writer.endFrame(start)
}

/** `connection.open-ok`, 10.41. Sent by servers. Its arguments are reserved and only checked. */
export function decodeConnectionOpenOk(reader: ByteReader): void {
  reader.skipShortstr()
  reader.finish()
}

export function encodeConnectionOpenOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a0029)
  writer.shortstr('')
  writer.endFrame(start)
}

/** `connection.close`, 10.50. Sent by either peer. */
export interface ConnectionClose {
  readonly replyCode: number
  readonly replyText: string
  readonly classId: number
  readonly methodId: number
}

export function decodeConnectionClose(reader: ByteReader): ConnectionClose {
  const replyCode = reader.u16()
  const replyText = reader.shortstr()
  const classId = reader.u16()
  const methodId = reader.u16()
  reader.finish()
  return {
    replyCode,
    replyText,
    classId,
    methodId,
  }
}

export function encodeConnectionClose(
  writer: ByteWriter,
  channel: number,
  replyCode: number,
  replyText: string,
  classId: number,
  methodId: number,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a0032)
  writer.u16(replyCode)
  writer.shortstr(replyText)
  writer.u16(classId)
  writer.u16(methodId)
  writer.endFrame(start)
}

/** `connection.close-ok`, 10.51. Sent by either peer. */
export function encodeConnectionCloseOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a0033)
  writer.endFrame(start)
}

/** `connection.blocked`, 10.60. Sent by servers. */
export interface ConnectionBlocked {
  readonly reason: string
}

export function decodeConnectionBlocked(reader: ByteReader): ConnectionBlocked {
  const reason = reader.shortstr()
  reader.finish()
  return {
    reason,
  }
}

export function encodeConnectionBlocked(writer: ByteWriter, channel: number, reason: string): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a003c)
  writer.shortstr(reason)
  writer.endFrame(start)
}

/** `connection.unblocked`, 10.61. Sent by servers. */
export function encodeConnectionUnblocked(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a003d)
  writer.endFrame(start)
}

/** `connection.update-secret`, 10.70. Sent by clients. */
export interface ConnectionUpdateSecret {
  readonly newSecret: Buffer
  readonly reason: string
}

export function decodeConnectionUpdateSecret(reader: ByteReader): ConnectionUpdateSecret {
  const newSecret = reader.longstr()
  const reason = reader.shortstr()
  reader.finish()
  return {
    newSecret,
    reason,
  }
}

export function encodeConnectionUpdateSecret(
  writer: ByteWriter,
  channel: number,
  newSecret: string | Buffer,
  reason: string,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a0046)
  writer.longstr(newSecret)
  writer.shortstr(reason)
  writer.endFrame(start)
}

/** `connection.update-secret-ok`, 10.71. Sent by servers. */
export function encodeConnectionUpdateSecretOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x000a0047)
  writer.endFrame(start)
}

/** `channel.open`, 20.10. Sent by clients. Its arguments are reserved and only checked. */
export function decodeChannelOpen(reader: ByteReader): void {
  reader.skipShortstr()
  reader.finish()
}

export function encodeChannelOpen(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0014000a)
  writer.shortstr('')
  writer.endFrame(start)
}

/** `channel.open-ok`, 20.11. Sent by servers. Its arguments are reserved and only checked. */
export function decodeChannelOpenOk(reader: ByteReader): void {
  reader.skipLongstr()
  reader.finish()
}

export function encodeChannelOpenOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0014000b)
  writer.longstr('')
  writer.endFrame(start)
}

/** `channel.flow`, 20.20. Sent by either peer. */
export interface ChannelFlow {
  readonly active: boolean
}

export function decodeChannelFlow(reader: ByteReader): ChannelFlow {
  const bits0 = reader.u8()
  reader.finish()
  return {
    active: (bits0 & 1) !== 0,
  }
}

export function encodeChannelFlow(writer: ByteWriter, channel: number, active: boolean): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00140014)
  writer.u8(active ? 1 : 0)
  writer.endFrame(start)
}

/** `channel.flow-ok`, 20.21. Sent by either peer. */
export interface ChannelFlowOk {
  readonly active: boolean
}

export function decodeChannelFlowOk(reader: ByteReader): ChannelFlowOk {
  const bits0 = reader.u8()
  reader.finish()
  return {
    active: (bits0 & 1) !== 0,
  }
}

export function encodeChannelFlowOk(writer: ByteWriter, channel: number, active: boolean): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00140015)
  writer.u8(active ? 1 : 0)
  writer.endFrame(start)
}

/** `channel.close`, 20.40. Sent by either peer. */
export interface ChannelClose {
  readonly replyCode: number
  readonly replyText: string
  readonly classId: number
  readonly methodId: number
}

export function decodeChannelClose(reader: ByteReader): ChannelClose {
  const replyCode = reader.u16()
  const replyText = reader.shortstr()
  const classId = reader.u16()
  const methodId = reader.u16()
  reader.finish()
  return {
    replyCode,
    replyText,
    classId,
    methodId,
  }
}

export function encodeChannelClose(
  writer: ByteWriter,
  channel: number,
  replyCode: number,
  replyText: string,
  classId: number,
  methodId: number,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00140028)
  writer.u16(replyCode)
  writer.shortstr(replyText)
  writer.u16(classId)
  writer.u16(methodId)
  writer.endFrame(start)
}

/** `channel.close-ok`, 20.41. Sent by either peer. */
export function encodeChannelCloseOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00140029)
  writer.endFrame(start)
}

/** `access.request`, 30.10. Sent by clients. */
export interface AccessRequest {
  readonly realm: string
  readonly exclusive: boolean
  readonly passive: boolean
  readonly active: boolean
  readonly write: boolean
  readonly read: boolean
}

export function decodeAccessRequest(reader: ByteReader): AccessRequest {
  const realm = reader.shortstr()
  const bits0 = reader.u8()
  reader.finish()
  return {
    realm,
    exclusive: (bits0 & 1) !== 0,
    passive: (bits0 & 2) !== 0,
    active: (bits0 & 4) !== 0,
    write: (bits0 & 8) !== 0,
    read: (bits0 & 16) !== 0,
  }
}

export function encodeAccessRequest(
  writer: ByteWriter,
  channel: number,
  realm: string,
  exclusive: boolean,
  passive: boolean,
  active: boolean,
  write: boolean,
  read: boolean,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x001e000a)
  writer.shortstr(realm)
  let bits0 = 0
  if (exclusive) bits0 |= 1
  if (passive) bits0 |= 2
  if (active) bits0 |= 4
  if (write) bits0 |= 8
  if (read) bits0 |= 16
  writer.u8(bits0)
  writer.endFrame(start)
}

/** `access.request-ok`, 30.11. Sent by servers. */
export interface AccessRequestOk {
  readonly ticket: number
}

export function decodeAccessRequestOk(reader: ByteReader): AccessRequestOk {
  const ticket = reader.u16()
  reader.finish()
  return {
    ticket,
  }
}

export function encodeAccessRequestOk(writer: ByteWriter, channel: number, ticket: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x001e000b)
  writer.u16(ticket)
  writer.endFrame(start)
}

/** `exchange.declare`, 40.10. Sent by clients. */
export interface ExchangeDeclare {
  readonly exchange: string
  readonly type: string
  readonly passive: boolean
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly internal: boolean
  readonly nowait: boolean
  readonly arguments: FieldTable
}

export function decodeExchangeDeclare(reader: ByteReader): ExchangeDeclare {
  reader.skip(2)
  const exchange = reader.shortstr()
  const type = reader.shortstr()
  const bits0 = reader.u8()
  const args = reader.table()
  reader.finish()
  return {
    exchange,
    type,
    passive: (bits0 & 1) !== 0,
    durable: (bits0 & 2) !== 0,
    autoDelete: (bits0 & 4) !== 0,
    internal: (bits0 & 8) !== 0,
    nowait: (bits0 & 16) !== 0,
    arguments: args,
  }
}

export function encodeExchangeDeclare(
  writer: ByteWriter,
  channel: number,
  exchange: string,
  type: string,
  passive: boolean,
  durable: boolean,
  autoDelete: boolean,
  internal: boolean,
  nowait: boolean,
  args: ReadonlyFieldTable,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0028000a)
  writer.u16(0)
  writer.shortstr(exchange)
  writer.shortstr(type)
  let bits0 = 0
  if (passive) bits0 |= 1
  if (durable) bits0 |= 2
  if (autoDelete) bits0 |= 4
  if (internal) bits0 |= 8
  if (nowait) bits0 |= 16
  writer.u8(bits0)
  writer.table(args)
  writer.endFrame(start)
}

/** `exchange.declare-ok`, 40.11. Sent by servers. */
export function encodeExchangeDeclareOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0028000b)
  writer.endFrame(start)
}

/** `exchange.delete`, 40.20. Sent by clients. */
export interface ExchangeDelete {
  readonly exchange: string
  readonly ifUnused: boolean
  readonly nowait: boolean
}

export function decodeExchangeDelete(reader: ByteReader): ExchangeDelete {
  reader.skip(2)
  const exchange = reader.shortstr()
  const bits0 = reader.u8()
  reader.finish()
  return {
    exchange,
    ifUnused: (bits0 & 1) !== 0,
    nowait: (bits0 & 2) !== 0,
  }
}

export function encodeExchangeDelete(
  writer: ByteWriter,
  channel: number,
  exchange: string,
  ifUnused: boolean,
  nowait: boolean,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00280014)
  writer.u16(0)
  writer.shortstr(exchange)
  let bits0 = 0
  if (ifUnused) bits0 |= 1
  if (nowait) bits0 |= 2
  writer.u8(bits0)
  writer.endFrame(start)
}

/** `exchange.delete-ok`, 40.21. Sent by servers. */
export function encodeExchangeDeleteOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00280015)
  writer.endFrame(start)
}

/** `exchange.bind`, 40.30. Sent by clients. */
export interface ExchangeBind {
  readonly destination: string
  readonly source: string
  readonly routingKey: string
  readonly nowait: boolean
  readonly arguments: FieldTable
}

export function decodeExchangeBind(reader: ByteReader): ExchangeBind {
  reader.skip(2)
  const destination = reader.shortstr()
  const source = reader.shortstr()
  const routingKey = reader.shortstr()
  const bits0 = reader.u8()
  const args = reader.table()
  reader.finish()
  return {
    destination,
    source,
    routingKey,
    nowait: (bits0 & 1) !== 0,
    arguments: args,
  }
}

export function encodeExchangeBind(
  writer: ByteWriter,
  channel: number,
  destination: string,
  source: string,
  routingKey: string,
  nowait: boolean,
  args: ReadonlyFieldTable,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0028001e)
  writer.u16(0)
  writer.shortstr(destination)
  writer.shortstr(source)
  writer.shortstr(routingKey)
  writer.u8(nowait ? 1 : 0)
  writer.table(args)
  writer.endFrame(start)
}

/** `exchange.bind-ok`, 40.31. Sent by servers. */
export function encodeExchangeBindOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0028001f)
  writer.endFrame(start)
}

/** `exchange.unbind`, 40.40. Sent by clients. */
export interface ExchangeUnbind {
  readonly destination: string
  readonly source: string
  readonly routingKey: string
  readonly nowait: boolean
  readonly arguments: FieldTable
}

export function decodeExchangeUnbind(reader: ByteReader): ExchangeUnbind {
  reader.skip(2)
  const destination = reader.shortstr()
  const source = reader.shortstr()
  const routingKey = reader.shortstr()
  const bits0 = reader.u8()
  const args = reader.table()
  reader.finish()
  return {
    destination,
    source,
    routingKey,
    nowait: (bits0 & 1) !== 0,
    arguments: args,
  }
}

export function encodeExchangeUnbind(
  writer: ByteWriter,
  channel: number,
  destination: string,
  source: string,
  routingKey: string,
  nowait: boolean,
  args: ReadonlyFieldTable,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00280028)
  writer.u16(0)
  writer.shortstr(destination)
  writer.shortstr(source)
  writer.shortstr(routingKey)
  writer.u8(nowait ? 1 : 0)
  writer.table(args)
  writer.endFrame(start)
}

/** `exchange.unbind-ok`, 40.51. Sent by servers. */
export function encodeExchangeUnbindOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00280033)
  writer.endFrame(start)
}

/** `queue.declare`, 50.10. Sent by clients. */
export interface QueueDeclare {
  readonly queue: string
  readonly passive: boolean
  readonly durable: boolean
  readonly exclusive: boolean
  readonly autoDelete: boolean
  readonly nowait: boolean
  readonly arguments: FieldTable
}

export function decodeQueueDeclare(reader: ByteReader): QueueDeclare {
  reader.skip(2)
  const queue = reader.shortstr()
  const bits0 = reader.u8()
  const args = reader.table()
  reader.finish()
  return {
    queue,
    passive: (bits0 & 1) !== 0,
    durable: (bits0 & 2) !== 0,
    exclusive: (bits0 & 4) !== 0,
    autoDelete: (bits0 & 8) !== 0,
    nowait: (bits0 & 16) !== 0,
    arguments: args,
  }
}

export function encodeQueueDeclare(
  writer: ByteWriter,
  channel: number,
  queue: string,
  passive: boolean,
  durable: boolean,
  exclusive: boolean,
  autoDelete: boolean,
  nowait: boolean,
  args: ReadonlyFieldTable,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0032000a)
  writer.u16(0)
  writer.shortstr(queue)
  let bits0 = 0
  if (passive) bits0 |= 1
  if (durable) bits0 |= 2
  if (exclusive) bits0 |= 4
  if (autoDelete) bits0 |= 8
  if (nowait) bits0 |= 16
  writer.u8(bits0)
  writer.table(args)
  writer.endFrame(start)
}

/** `queue.declare-ok`, 50.11. Sent by servers. */
export interface QueueDeclareOk {
  readonly queue: string
  readonly messageCount: number
  readonly consumerCount: number
}

export function decodeQueueDeclareOk(reader: ByteReader): QueueDeclareOk {
  const queue = reader.shortstr()
  const messageCount = reader.u32()
  const consumerCount = reader.u32()
  reader.finish()
  return {
    queue,
    messageCount,
    consumerCount,
  }
}

export function encodeQueueDeclareOk(
  writer: ByteWriter,
  channel: number,
  queue: string,
  messageCount: number,
  consumerCount: number,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0032000b)
  writer.shortstr(queue)
  writer.u32(messageCount)
  writer.u32(consumerCount)
  writer.endFrame(start)
}

/** `queue.bind`, 50.20. Sent by clients. */
export interface QueueBind {
  readonly queue: string
  readonly exchange: string
  readonly routingKey: string
  readonly nowait: boolean
  readonly arguments: FieldTable
}

export function decodeQueueBind(reader: ByteReader): QueueBind {
  reader.skip(2)
  const queue = reader.shortstr()
  const exchange = reader.shortstr()
  const routingKey = reader.shortstr()
  const bits0 = reader.u8()
  const args = reader.table()
  reader.finish()
  return {
    queue,
    exchange,
    routingKey,
    nowait: (bits0 & 1) !== 0,
    arguments: args,
  }
}

export function encodeQueueBind(
  writer: ByteWriter,
  channel: number,
  queue: string,
  exchange: string,
  routingKey: string,
  nowait: boolean,
  args: ReadonlyFieldTable,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00320014)
  writer.u16(0)
  writer.shortstr(queue)
  writer.shortstr(exchange)
  writer.shortstr(routingKey)
  writer.u8(nowait ? 1 : 0)
  writer.table(args)
  writer.endFrame(start)
}

/** `queue.bind-ok`, 50.21. Sent by servers. */
export function encodeQueueBindOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00320015)
  writer.endFrame(start)
}

/** `queue.purge`, 50.30. Sent by clients. */
export interface QueuePurge {
  readonly queue: string
  readonly nowait: boolean
}

export function decodeQueuePurge(reader: ByteReader): QueuePurge {
  reader.skip(2)
  const queue = reader.shortstr()
  const bits0 = reader.u8()
  reader.finish()
  return {
    queue,
    nowait: (bits0 & 1) !== 0,
  }
}

export function encodeQueuePurge(writer: ByteWriter, channel: number, queue: string, nowait: boolean): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0032001e)
  writer.u16(0)
  writer.shortstr(queue)
  writer.u8(nowait ? 1 : 0)
  writer.endFrame(start)
}

/** `queue.purge-ok`, 50.31. Sent by servers. */
export interface QueuePurgeOk {
  readonly messageCount: number
}

export function decodeQueuePurgeOk(reader: ByteReader): QueuePurgeOk {
  const messageCount = reader.u32()
  reader.finish()
  return {
    messageCount,
  }
}

export function encodeQueuePurgeOk(writer: ByteWriter, channel: number, messageCount: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0032001f)
  writer.u32(messageCount)
  writer.endFrame(start)
}

/** `queue.delete`, 50.40. Sent by clients. */
export interface QueueDelete {
  readonly queue: string
  readonly ifUnused: boolean
  readonly ifEmpty: boolean
  readonly nowait: boolean
}

export function decodeQueueDelete(reader: ByteReader): QueueDelete {
  reader.skip(2)
  const queue = reader.shortstr()
  const bits0 = reader.u8()
  reader.finish()
  return {
    queue,
    ifUnused: (bits0 & 1) !== 0,
    ifEmpty: (bits0 & 2) !== 0,
    nowait: (bits0 & 4) !== 0,
  }
}

export function encodeQueueDelete(
  writer: ByteWriter,
  channel: number,
  queue: string,
  ifUnused: boolean,
  ifEmpty: boolean,
  nowait: boolean,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00320028)
  writer.u16(0)
  writer.shortstr(queue)
  let bits0 = 0
  if (ifUnused) bits0 |= 1
  if (ifEmpty) bits0 |= 2
  if (nowait) bits0 |= 4
  writer.u8(bits0)
  writer.endFrame(start)
}

/** `queue.delete-ok`, 50.41. Sent by servers. */
export interface QueueDeleteOk {
  readonly messageCount: number
}

export function decodeQueueDeleteOk(reader: ByteReader): QueueDeleteOk {
  const messageCount = reader.u32()
  reader.finish()
  return {
    messageCount,
  }
}

export function encodeQueueDeleteOk(writer: ByteWriter, channel: number, messageCount: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00320029)
  writer.u32(messageCount)
  writer.endFrame(start)
}

/** `queue.unbind`, 50.50. Sent by clients. */
export interface QueueUnbind {
  readonly queue: string
  readonly exchange: string
  readonly routingKey: string
  readonly arguments: FieldTable
}

export function decodeQueueUnbind(reader: ByteReader): QueueUnbind {
  reader.skip(2)
  const queue = reader.shortstr()
  const exchange = reader.shortstr()
  const routingKey = reader.shortstr()
  const args = reader.table()
  reader.finish()
  return {
    queue,
    exchange,
    routingKey,
    arguments: args,
  }
}

export function encodeQueueUnbind(
  writer: ByteWriter,
  channel: number,
  queue: string,
  exchange: string,
  routingKey: string,
  args: ReadonlyFieldTable,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00320032)
  writer.u16(0)
  writer.shortstr(queue)
  writer.shortstr(exchange)
  writer.shortstr(routingKey)
  writer.table(args)
  writer.endFrame(start)
}

/** `queue.unbind-ok`, 50.51. Sent by servers. */
export function encodeQueueUnbindOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x00320033)
  writer.endFrame(start)
}

/** `basic.qos`, 60.10. Sent by clients. */
export interface BasicQos {
  readonly prefetchSize: number
  readonly prefetchCount: number
  readonly global: boolean
}

export function decodeBasicQos(reader: ByteReader): BasicQos {
  const prefetchSize = reader.u32()
  const prefetchCount = reader.u16()
  const bits0 = reader.u8()
  reader.finish()
  return {
    prefetchSize,
    prefetchCount,
    global: (bits0 & 1) !== 0,
  }
}

export function encodeBasicQos(
  writer: ByteWriter,
  channel: number,
  prefetchSize: number,
  prefetchCount: number,
  global: boolean,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c000a)
  writer.u32(prefetchSize)
  writer.u16(prefetchCount)
  writer.u8(global ? 1 : 0)
  writer.endFrame(start)
}

/** `basic.qos-ok`, 60.11. Sent by servers. */
export function encodeBasicQosOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c000b)
  writer.endFrame(start)
}

/** `basic.consume`, 60.20. Sent by clients. */
export interface BasicConsume {
  readonly queue: string
  readonly consumerTag: string
  readonly noLocal: boolean
  readonly noAck: boolean
  readonly exclusive: boolean
  readonly nowait: boolean
  readonly arguments: FieldTable
}

export function decodeBasicConsume(reader: ByteReader): BasicConsume {
  reader.skip(2)
  const queue = reader.shortstr()
  const consumerTag = reader.shortstr()
  const bits0 = reader.u8()
  const args = reader.table()
  reader.finish()
  return {
    queue,
    consumerTag,
    noLocal: (bits0 & 1) !== 0,
    noAck: (bits0 & 2) !== 0,
    exclusive: (bits0 & 4) !== 0,
    nowait: (bits0 & 8) !== 0,
    arguments: args,
  }
}

export function encodeBasicConsume(
  writer: ByteWriter,
  channel: number,
  queue: string,
  consumerTag: string,
  noLocal: boolean,
  noAck: boolean,
  exclusive: boolean,
  nowait: boolean,
  args: ReadonlyFieldTable,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0014)
  writer.u16(0)
  writer.shortstr(queue)
  writer.shortstr(consumerTag)
  let bits0 = 0
  if (noLocal) bits0 |= 1
  if (noAck) bits0 |= 2
  if (exclusive) bits0 |= 4
  if (nowait) bits0 |= 8
  writer.u8(bits0)
  writer.table(args)
  writer.endFrame(start)
}

/** `basic.consume-ok`, 60.21. Sent by servers. */
export interface BasicConsumeOk {
  readonly consumerTag: string
}

export function decodeBasicConsumeOk(reader: ByteReader): BasicConsumeOk {
  const consumerTag = reader.shortstr()
  reader.finish()
  return {
    consumerTag,
  }
}

export function encodeBasicConsumeOk(writer: ByteWriter, channel: number, consumerTag: string): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0015)
  writer.shortstr(consumerTag)
  writer.endFrame(start)
}

/** `basic.cancel`, 60.30. Sent by either peer. */
export interface BasicCancel {
  readonly consumerTag: string
  readonly nowait: boolean
}

export function decodeBasicCancel(reader: ByteReader): BasicCancel {
  const consumerTag = reader.shortstr()
  const bits0 = reader.u8()
  reader.finish()
  return {
    consumerTag,
    nowait: (bits0 & 1) !== 0,
  }
}

export function encodeBasicCancel(
  writer: ByteWriter,
  channel: number,
  consumerTag: string,
  nowait: boolean,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c001e)
  writer.shortstr(consumerTag)
  writer.u8(nowait ? 1 : 0)
  writer.endFrame(start)
}

/** `basic.cancel-ok`, 60.31. Sent by either peer. */
export interface BasicCancelOk {
  readonly consumerTag: string
}

export function decodeBasicCancelOk(reader: ByteReader): BasicCancelOk {
  const consumerTag = reader.shortstr()
  reader.finish()
  return {
    consumerTag,
  }
}

export function encodeBasicCancelOk(writer: ByteWriter, channel: number, consumerTag: string): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c001f)
  writer.shortstr(consumerTag)
  writer.endFrame(start)
}

/** `basic.publish`, 60.40. Sent by clients, content follows. */
export interface BasicPublish {
  readonly exchange: string
  readonly routingKey: string
  readonly mandatory: boolean
  readonly immediate: boolean
}

export function decodeBasicPublish(reader: ByteReader): BasicPublish {
  reader.skip(2)
  const exchange = reader.shortstr()
  const routingKey = reader.shortstr()
  const bits0 = reader.u8()
  reader.finish()
  return {
    exchange,
    routingKey,
    mandatory: (bits0 & 1) !== 0,
    immediate: (bits0 & 2) !== 0,
  }
}

export function encodeBasicPublish(
  writer: ByteWriter,
  channel: number,
  exchange: string,
  routingKey: string,
  mandatory: boolean,
  immediate: boolean,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0028)
  writer.u16(0)
  writer.shortstr(exchange)
  writer.shortstr(routingKey)
  let bits0 = 0
  if (mandatory) bits0 |= 1
  if (immediate) bits0 |= 2
  writer.u8(bits0)
  writer.endFrame(start)
}

/** `basic.return`, 60.50. Sent by servers, content follows. */
export interface BasicReturn {
  readonly replyCode: number
  readonly replyText: string
  readonly exchange: string
  readonly routingKey: string
}

export function decodeBasicReturn(reader: ByteReader): BasicReturn {
  const replyCode = reader.u16()
  const replyText = reader.shortstr()
  const exchange = reader.shortstr()
  const routingKey = reader.shortstr()
  reader.finish()
  return {
    replyCode,
    replyText,
    exchange,
    routingKey,
  }
}

export function encodeBasicReturn(
  writer: ByteWriter,
  channel: number,
  replyCode: number,
  replyText: string,
  exchange: string,
  routingKey: string,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0032)
  writer.u16(replyCode)
  writer.shortstr(replyText)
  writer.shortstr(exchange)
  writer.shortstr(routingKey)
  writer.endFrame(start)
}

/** `basic.deliver`, 60.60. Sent by servers, content follows. */
export interface BasicDeliver {
  readonly consumerTag: string
  readonly deliveryTag: number
  readonly redelivered: boolean
  readonly exchange: string
  readonly routingKey: string
}

export function decodeBasicDeliver(reader: ByteReader): BasicDeliver {
  const consumerTag = reader.shortstr()
  const deliveryTag = reader.u64()
  const bits0 = reader.u8()
  const exchange = reader.shortstr()
  const routingKey = reader.shortstr()
  reader.finish()
  return {
    consumerTag,
    deliveryTag,
    redelivered: (bits0 & 1) !== 0,
    exchange,
    routingKey,
  }
}

export function encodeBasicDeliver(
  writer: ByteWriter,
  channel: number,
  consumerTag: string,
  deliveryTag: number | bigint,
  redelivered: boolean,
  exchange: string,
  routingKey: string,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c003c)
  writer.shortstr(consumerTag)
  writer.u64(deliveryTag)
  writer.u8(redelivered ? 1 : 0)
  writer.shortstr(exchange)
  writer.shortstr(routingKey)
  writer.endFrame(start)
}

/** `basic.get`, 60.70. Sent by clients. */
export interface BasicGet {
  readonly queue: string
  readonly noAck: boolean
}

export function decodeBasicGet(reader: ByteReader): BasicGet {
  reader.skip(2)
  const queue = reader.shortstr()
  const bits0 = reader.u8()
  reader.finish()
  return {
    queue,
    noAck: (bits0 & 1) !== 0,
  }
}

export function encodeBasicGet(writer: ByteWriter, channel: number, queue: string, noAck: boolean): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0046)
  writer.u16(0)
  writer.shortstr(queue)
  writer.u8(noAck ? 1 : 0)
  writer.endFrame(start)
}

/** `basic.get-ok`, 60.71. Sent by servers, content follows. */
export interface BasicGetOk {
  readonly deliveryTag: number
  readonly redelivered: boolean
  readonly exchange: string
  readonly routingKey: string
  readonly messageCount: number
}

export function decodeBasicGetOk(reader: ByteReader): BasicGetOk {
  const deliveryTag = reader.u64()
  const bits0 = reader.u8()
  const exchange = reader.shortstr()
  const routingKey = reader.shortstr()
  const messageCount = reader.u32()
  reader.finish()
  return {
    deliveryTag,
    redelivered: (bits0 & 1) !== 0,
    exchange,
    routingKey,
    messageCount,
  }
}

export function encodeBasicGetOk(
  writer: ByteWriter,
  channel: number,
  deliveryTag: number | bigint,
  redelivered: boolean,
  exchange: string,
  routingKey: string,
  messageCount: number,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0047)
  writer.u64(deliveryTag)
  writer.u8(redelivered ? 1 : 0)
  writer.shortstr(exchange)
  writer.shortstr(routingKey)
  writer.u32(messageCount)
  writer.endFrame(start)
}

/** `basic.get-empty`, 60.72. Sent by servers. Its arguments are reserved and only checked. */
export function decodeBasicGetEmpty(reader: ByteReader): void {
  reader.skipShortstr()
  reader.finish()
}

export function encodeBasicGetEmpty(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0048)
  writer.shortstr('')
  writer.endFrame(start)
}

/** `basic.ack`, 60.80. Sent by either peer. */
export interface BasicAck {
  readonly deliveryTag: number
  readonly multiple: boolean
}

export function decodeBasicAck(reader: ByteReader): BasicAck {
  const deliveryTag = reader.u64()
  const bits0 = reader.u8()
  reader.finish()
  return {
    deliveryTag,
    multiple: (bits0 & 1) !== 0,
  }
}

export function encodeBasicAck(
  writer: ByteWriter,
  channel: number,
  deliveryTag: number | bigint,
  multiple: boolean,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0050)
  writer.u64(deliveryTag)
  writer.u8(multiple ? 1 : 0)
  writer.endFrame(start)
}

/** `basic.reject`, 60.90. Sent by clients. */
export interface BasicReject {
  readonly deliveryTag: number
  readonly requeue: boolean
}

export function decodeBasicReject(reader: ByteReader): BasicReject {
  const deliveryTag = reader.u64()
  const bits0 = reader.u8()
  reader.finish()
  return {
    deliveryTag,
    requeue: (bits0 & 1) !== 0,
  }
}

export function encodeBasicReject(
  writer: ByteWriter,
  channel: number,
  deliveryTag: number | bigint,
  requeue: boolean,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c005a)
  writer.u64(deliveryTag)
  writer.u8(requeue ? 1 : 0)
  writer.endFrame(start)
}

/** `basic.recover-async`, 60.100. Sent by clients. */
export interface BasicRecoverAsync {
  readonly requeue: boolean
}

export function decodeBasicRecoverAsync(reader: ByteReader): BasicRecoverAsync {
  const bits0 = reader.u8()
  reader.finish()
  return {
    requeue: (bits0 & 1) !== 0,
  }
}

export function encodeBasicRecoverAsync(writer: ByteWriter, channel: number, requeue: boolean): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0064)
  writer.u8(requeue ? 1 : 0)
  writer.endFrame(start)
}

/** `basic.recover`, 60.110. Sent by clients. */
export interface BasicRecover {
  readonly requeue: boolean
}

export function decodeBasicRecover(reader: ByteReader): BasicRecover {
  const bits0 = reader.u8()
  reader.finish()
  return {
    requeue: (bits0 & 1) !== 0,
  }
}

export function encodeBasicRecover(writer: ByteWriter, channel: number, requeue: boolean): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c006e)
  writer.u8(requeue ? 1 : 0)
  writer.endFrame(start)
}

/** `basic.recover-ok`, 60.111. Sent by servers. */
export function encodeBasicRecoverOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c006f)
  writer.endFrame(start)
}

/** `basic.nack`, 60.120. Sent by either peer. */
export interface BasicNack {
  readonly deliveryTag: number
  readonly multiple: boolean
  readonly requeue: boolean
}

export function decodeBasicNack(reader: ByteReader): BasicNack {
  const deliveryTag = reader.u64()
  const bits0 = reader.u8()
  reader.finish()
  return {
    deliveryTag,
    multiple: (bits0 & 1) !== 0,
    requeue: (bits0 & 2) !== 0,
  }
}

export function encodeBasicNack(
  writer: ByteWriter,
  channel: number,
  deliveryTag: number | bigint,
  multiple: boolean,
  requeue: boolean,
): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x003c0078)
  writer.u64(deliveryTag)
  let bits0 = 0
  if (multiple) bits0 |= 1
  if (requeue) bits0 |= 2
  writer.u8(bits0)
  writer.endFrame(start)
}

/** `confirm.select`, 85.10. Sent by clients. */
export interface ConfirmSelect {
  readonly nowait: boolean
}

export function decodeConfirmSelect(reader: ByteReader): ConfirmSelect {
  const bits0 = reader.u8()
  reader.finish()
  return {
    nowait: (bits0 & 1) !== 0,
  }
}

export function encodeConfirmSelect(writer: ByteWriter, channel: number, nowait: boolean): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0055000a)
  writer.u8(nowait ? 1 : 0)
  writer.endFrame(start)
}

/** `confirm.select-ok`, 85.11. Sent by servers. */
export function encodeConfirmSelectOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x0055000b)
  writer.endFrame(start)
}

/** `tx.select`, 90.10. Sent by clients. */
export function encodeTxSelect(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x005a000a)
  writer.endFrame(start)
}

/** `tx.select-ok`, 90.11. Sent by servers. */
export function encodeTxSelectOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x005a000b)
  writer.endFrame(start)
}

/** `tx.commit`, 90.20. Sent by clients. */
export function encodeTxCommit(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x005a0014)
  writer.endFrame(start)
}

/** `tx.commit-ok`, 90.21. Sent by servers. */
export function encodeTxCommitOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x005a0015)
  writer.endFrame(start)
}

/** `tx.rollback`, 90.30. Sent by clients. */
export function encodeTxRollback(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x005a001e)
  writer.endFrame(start)
}

/** `tx.rollback-ok`, 90.31. Sent by servers. */
export function encodeTxRollbackOk(writer: ByteWriter, channel: number): void {
  const start = writer.beginFrame(1, channel)
  writer.u32(0x005a001f)
  writer.endFrame(start)
}
