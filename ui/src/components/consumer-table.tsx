import type { Consumer } from '../api/types.js'
import { duration } from '../util/format.js'
import { Badge, Link, Panel } from './basics.js'
import { PlainTable, right } from './plain-table.js'

/** The consumers of a queue, each with its channel, or of a channel, each with its queue. */
export function ConsumerTable(props: {
  readonly consumers: readonly Consumer[]
  readonly of: 'queue' | 'channel'
}) {
  const { consumers, of } = props
  const none =
    of === 'queue'
      ? 'Nobody consumes from it. Messages wait until somebody does.'
      : 'It consumes from no queue.'
  return (
    <Panel title={of === 'queue' ? undefined : 'Consumers'}>
      {consumers.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <PlainTable
          heads={[
            'Consumer tag',
            of === 'queue' ? 'Channel' : 'Queue',
            'User',
            'State',
            'Acks',
            right('Prefetch'),
            right('Ack timeout'),
          ]}
        >
          {consumers.map((consumer) => {
            const { channel_details: channel, consumer_tag: tag, consumer_timeout: timeout, queue } = consumer
            return (
              <tr key={`${channel.name} ${tag}`}>
                <td className="mono">{tag}</td>
                <td>
                  {of === 'queue' ? (
                    <Link to={['channels', channel.name]}>{channel.name}</Link>
                  ) : (
                    <Link to={['queues', queue.vhost, queue.name]}>{queue.name}</Link>
                  )}
                </td>
                <td>{channel.user}</td>
                <td>
                  <Badge tone={consumer.active ? 'good' : 'neutral'}>
                    {consumer.activity_status.replace('_', ' ')}
                  </Badge>
                </td>
                <td>{consumer.ack_required ? 'manual' : 'automatic'}</td>
                <td className="number">
                  {consumer.prefetch_count === 0 ? 'no limit' : consumer.prefetch_count}
                </td>
                <td className="number">{typeof timeout === 'number' ? duration(timeout) : 'none'}</td>
              </tr>
            )
          })}
        </PlainTable>
      )}
    </Panel>
  )
}
