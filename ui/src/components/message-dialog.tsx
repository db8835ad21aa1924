import { useState } from 'react'
import type { PeekedMessage } from '../api/types.js'
import { bytes, duration, moment } from '../util/format.js'
import { bytesOf, deathsOf, download, hexOf, jsonOf, propertiesOf, reasonText } from '../util/message.js'
import { Badge, Button, Facts } from './basics.js'
import { Dialog } from './dialog.js'
import type { Draft } from './publish-dialog.js'

type View = 'text' | 'json' | 'hex'

/** One message: where it came from, what it carries, what is in it. */
export function MessageDialog(props: {
  readonly message: PeekedMessage
  readonly onClose: () => void
  readonly onCopy?: (draft: Draft) => void
}) {
  const { message, onCopy } = props
  const properties = propertiesOf(message)
  const json = jsonOf(message)
  const [view, setView] = useState<View>(
    json === undefined ? (message.payload_encoding === 'base64' ? 'hex' : 'text') : 'json',
  )
  const { headers, ...others } = properties
  const octets = bytesOf(message)
  const isCut = octets.length < message.payload_bytes
  const deaths = deathsOf(properties)
  const isText = message.payload_encoding === 'string'
  return (
    <Dialog title={`Message ${message.routing_key}`} wide onClose={props.onClose}>
      <div className="dialog-body">
        {deaths.length > 0 && <Deaths deaths={deaths} />}
        <div className="grid-2">
          <Facts
            items={[
              ['Exchange', message.exchange === '' ? '(default exchange)' : message.exchange],
              [
                'Routing key',
                <span className="mono" key="key">
                  {message.routing_key}
                </span>,
              ],
              [
                'State',
                <Badge key="state" tone={message.state === 'ready' ? 'good' : 'warn'}>
                  {message.state}
                </Badge>,
              ],
              ['Redelivered', message.redelivered ? 'yes' : 'no'],
              [
                'Failed deliveries',
                message.delivery_count === undefined ? undefined : String(message.delivery_count),
              ],
              ['Offset', message.stream_offset === undefined ? undefined : String(message.stream_offset)],
              ['Age', message.age_ms === null ? undefined : duration(message.age_ms)],
              [
                'Expires',
                message.expires_in_ms === undefined ? undefined : `in ${duration(message.expires_in_ms)}`,
              ],
              ['Size', bytes(message.payload_bytes)],
            ]}
          />
          <Facts
            items={Object.entries(others).map(([name, value]) => [
              name.replaceAll('_', ' '),
              name === 'timestamp' && typeof value === 'number' ? moment(value * 1000) : String(value),
            ])}
          />
        </div>
        {headers !== undefined && (
          <section className="stack">
            <h3>Headers</h3>
            <Facts
              items={Object.entries(headers)
                .filter(([name]) => name !== 'x-death')
                .map(([name, value]) => [
                  name,
                  <span key={name} className="mono">
                    {value === '' ? '""' : typeof value === 'string' ? value : JSON.stringify(value)}
                  </span>,
                ])}
            />
          </section>
        )}
        <section className="stack">
          <div className="row">
            <h3>Body</h3>
            <fieldset className="segmented">
              <legend className="visually-hidden">Show the body as</legend>
              {(['text', 'json', 'hex'] as const)
                .filter((each) => each !== 'json' || json !== undefined)
                .map((each) => (
                  <button key={each} type="button" aria-pressed={each === view} onClick={() => setView(each)}>
                    {each === 'json' ? 'JSON' : each}
                  </button>
                ))}
            </fieldset>
            {isCut && <Badge tone="warn">the first {bytes(octets.length)} are shown</Badge>}
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre className={`code ${view === 'hex' ? 'code-hex' : ''}`} tabIndex={0}>
            {view === 'hex'
              ? hexOf(octets)
              : view === 'json'
                ? JSON.stringify(json, null, 2)
                : isText
                  ? message.payload
                  : new TextDecoder().decode(octets)}
          </pre>
        </section>
      </div>
      <div className="dialog-foot">
        <Button
          icon="download"
          disabled={isCut}
          title={isCut ? 'Load the whole message first' : undefined}
          onClick={() => download(fileName(message), octets as BlobPart, 'application/octet-stream')}
        >
          Download
        </Button>
        {onCopy !== undefined && (
          <Button tone="primary" disabled={isCut} onClick={() => onCopy(draftOf(message))}>
            Copy as a new message
          </Button>
        )}
      </div>
    </Dialog>
  )
}

function Deaths({ deaths }: { readonly deaths: ReturnType<typeof deathsOf> }) {
  return (
    <div className="stack">
      {deaths.map((death) => (
        <div key={`${death.queue} ${death.reason}`} className="death">
          <strong>
            Died in queue {death.queue} because {reasonText(death.reason)}
          </strong>
          <span>
            {death.count > 1 ? `${death.count} times, ` : ''}
            {death.timeMs === undefined ? '' : `first ${moment(death.timeMs)}, `}
            published to {death.exchange === '' ? 'the default exchange' : `exchange ${death.exchange}`} with
            key {death.routingKeys.join(', ')}
          </span>
        </div>
      ))}
    </div>
  )
}

function draftOf(message: PeekedMessage): Draft {
  return {
    exchange: message.exchange,
    routingKey: message.routing_key,
    payload: message.payload,
    encoding: message.payload_encoding,
    properties: propertiesOf(message),
  }
}

function fileName(message: PeekedMessage): string {
  const id = propertiesOf(message).message_id
  const extension =
    jsonOf(message) !== undefined ? 'json' : message.payload_encoding === 'string' ? 'txt' : 'bin'
  const base = typeof id === 'string' ? id : `message-${message.position}`
  return `${base.replace(/[^\w.-]/g, '_')}.${extension}`
}
