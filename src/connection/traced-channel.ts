import type { TracedChannel } from '../core/firehose.js'
import type { ChannelHost } from './channel-host.js'

export function tracedChannel(host: ChannelHost, channelNumber: number): TracedChannel {
  const { vhost, name, actor } = host
  return { vhost, connectionName: name ?? '', channelNumber, user: actor.principal.name }
}
