import { MessageView } from '../message.js'

/**
 * What a stream puts into the log under its last offset when it has no message left, and takes out again when it has
 * one: so that its offsets go on after a restart. Nobody gets to see it. Unlike a message it has not even the flags of
 * properties; the names of its exchange and routing key are empty.
 */
export const STREAM_MARK = new MessageView()
STREAM_MARK.buffer = Buffer.alloc(2)
STREAM_MARK.routingEnd = 2
STREAM_MARK.propertiesStart = 2
STREAM_MARK.propertiesEnd = 2
STREAM_MARK.bodyStart = 2
STREAM_MARK.bodyEnd = 2
STREAM_MARK.persistent = true

export function isStreamMark(message: MessageView): boolean {
  return message.propertiesEnd === message.propertiesStart && message.bodyEnd === message.bodyStart
}
