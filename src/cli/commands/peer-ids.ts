import { type JsonObject, objectIn, textIn } from '../json.js'

/**
 * What stands for the Erlang process of a connection: its node and name without spaces, so that a script can cut it out
 * of a table and give it back to close_connection.
 */
export function connectionPid(connection: JsonObject): string {
  return pidOf(textIn(connection.node), textIn(connection.name))
}

/** The same for a channel, or for a consumer's. */
export function channelPid(channel: JsonObject): string {
  const details = objectIn(channel.connection_details)
  const connection = textIn(channel.connection_name ?? details.name)
  return pidOf(textIn(channel.node), `${connection} ${textIn(channel.number)}`)
}

export function pidOf(node: string, name: string): string {
  return `<${node}.${name.replace(/ -> /g, '->').replace(/ /g, '.')}>`
}
