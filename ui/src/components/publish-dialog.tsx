import { useState } from 'react'
import { api, exchangeSegment, post } from '../api/client.js'
import { useAction } from '../api/hooks.js'
import { FormDialog } from './dialog.js'
import {
  AreaField,
  type ArgumentRow,
  ArgumentsField,
  argumentRow,
  CheckField,
  rowsOf,
  SelectField,
  TextField,
  valuesOf,
} from './fields.js'
import { notify } from './toasts.js'

/** A message to begin with. */
export interface Draft {
  readonly exchange: string
  readonly routingKey: string
  readonly payload?: string
  readonly encoding?: 'string' | 'base64'
  readonly properties?: Readonly<Record<string, unknown>>
}

/** Integers among the properties. */
const NUMBERS = ['delivery_mode', 'priority', 'timestamp']
const PROPERTIES: Readonly<Record<string, { readonly type: 'string' | 'number'; readonly hint: string }>> = {
  content_type: { type: 'string', hint: 'application/json, text/plain' },
  content_encoding: { type: 'string', hint: 'gzip' },
  priority: { type: 'number', hint: 'for priority queues' },
  correlation_id: { type: 'string', hint: 'ties a reply to its request' },
  reply_to: { type: 'string', hint: 'queue for the reply' },
  expiration: { type: 'string', hint: 'ms until it expires, as text' },
  message_id: { type: 'string', hint: 'name of the message' },
  timestamp: { type: 'number', hint: 'seconds since 1970' },
  type: { type: 'string', hint: 'kind of message' },
  user_id: { type: 'string', hint: 'must be the publishing user' },
  app_id: { type: 'string', hint: 'name of the publishing program' },
}

export function PublishDialog(props: {
  readonly vhost: string
  readonly draft: Draft
  readonly onClose: () => void
}) {
  const { draft, vhost } = props
  const { headers, delivery_mode: mode = 2, ...others } = draft.properties ?? {}
  const act = useAction()
  const [exchange, setExchange] = useState(draft.exchange)
  const [routingKey, setRoutingKey] = useState(draft.routingKey)
  const [payload, setPayload] = useState(draft.payload ?? '')
  const [encoding, setEncoding] = useState(draft.encoding ?? 'string')
  const [isPersistent, setPersistent] = useState(mode === 2)
  const [properties, setProperties] = useState<readonly ArgumentRow[]>(() => rowsOf(others))
  const [headerRows, setHeaderRows] = useState<readonly ArgumentRow[]>(() =>
    rowsOf((headers ?? {}) as Record<string, unknown>),
  )

  async function publish(): Promise<boolean> {
    return act(async () => {
      const { routed } = await post(
        api('/exchanges/{vhost}/{exchange}/publish', { vhost, exchange: exchangeSegment(exchange) }),
        {
          routing_key: routingKey,
          payload,
          payload_encoding: encoding,
          properties: {
            ...propertiesOf(properties),
            delivery_mode: isPersistent ? 2 : 1,
            headers: valuesOf(headerRows),
          },
        },
      )
      if (!routed) notify('No queue took the message: nothing is bound for its key.', 'bad')
    }, 'Published')
  }

  return (
    <FormDialog title="Publish a message" action="Publish" wide onClose={props.onClose} submit={publish}>
      <div className="columns">
        <TextField
          label="Exchange"
          hint="Empty is the default exchange: the key is the queue's name."
          value={exchange}
          onChange={setExchange}
          mono
        />
        <TextField label="Routing key" value={routingKey} onChange={setRoutingKey} mono />
      </div>
      <AreaField label="Payload" rows={7} value={payload} onChange={setPayload} />
      <div className="columns">
        <SelectField
          label="The payload is"
          value={encoding}
          onChange={setEncoding}
          options={[
            ['string', 'text'],
            ['base64', 'base64 of octets'],
          ]}
        />
        <CheckField
          label="Persistent"
          hint="Survives a restart in durable queues"
          checked={isPersistent}
          onChange={setPersistent}
        />
      </div>
      <ArgumentsField label="Headers" rows={headerRows} onChange={setHeaderRows} />
      <ArgumentsField label="Properties" rows={properties} onChange={setProperties} known={PROPERTIES} />
    </FormDialog>
  )
}

function propertiesOf(rows: readonly ArgumentRow[]): Record<string, unknown> {
  return valuesOf(
    rows.map((row) => (NUMBERS.includes(row.name) ? row : argumentRow(row.name, 'string', row.text))),
  )
}
