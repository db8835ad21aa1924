import { FRAME_BODY, FRAME_HEADER, FRAME_HEARTBEAT, FRAME_METHOD } from '../protocol/amqp091/frame.js'
import { MethodId } from '../protocol/amqp091/generated/methods.js'

/** True for basic.ack, reject and nack. */
export function isSettlement(type: number, buffer: Buffer, start: number, end: number): boolean {
  if (type !== FRAME_METHOD || end - start < 4) return false
  const methodId = buffer.readUInt32BE(start)
  return (
    methodId === MethodId.BasicAck || methodId === MethodId.BasicNack || methodId === MethodId.BasicReject
  )
}

/** Frames that make sense by themselves: of a known type, with a payload that can be told apart. */
export function isFrame(type: number, payloadBytes: number): boolean {
  switch (type) {
    case FRAME_METHOD:
      return payloadBytes >= 4
    case FRAME_HEADER:
      return payloadBytes >= 12
    case FRAME_BODY:
      return true
    case FRAME_HEARTBEAT:
      return payloadBytes === 0
    default:
      return false
  }
}
