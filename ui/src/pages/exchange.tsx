import { api, del, exchangeSegment } from '../api/client.js'
import { useAction, useApi } from '../api/hooks.js'
import { useRights } from '../api/rights.js'
import { ArgumentList } from '../components/argument-list.js'
import { Badge, Button, Figure, Link, Loading, PageHeader, Panel, Waiting } from '../components/basics.js'
import { BindingTable } from '../components/binding-table.js'
import { RangeChoice, useRangeQuery } from '../components/chart.js'
import { ConfirmDialog, useDialog } from '../components/dialog.js'
import { RateChart } from '../components/message-chart.js'
import { PublishDialog } from '../components/publish-dialog.js'
import { count, rate } from '../util/format.js'
import { BindDialog } from './queue-dialogs.js'

export default function ExchangePage({ vhost, name }: { readonly vhost: string; readonly name: string }) {
  const segment = exchangeSegment(name)
  const act = useAction()
  const rights = useRights()
  const dialog = useDialog<'publish' | 'bind' | 'delete'>()
  const {
    data: exchange,
    error,
    refetch,
  } = useApi(api('/exchanges/{vhost}/{exchange}', { vhost, exchange: segment }, useRangeQuery()))
  const outgoing = useApi(
    api('/exchanges/{vhost}/{exchange}/bindings/source', { vhost, exchange: segment }),
    {
      every: 15_000,
      enabled: name !== '',
    },
  )
  const incoming = useApi(
    api('/exchanges/{vhost}/{exchange}/bindings/destination', { vhost, exchange: segment }),
    {
      every: 15_000,
      enabled: name !== '',
    },
  )
  if (exchange === undefined) {
    return <Waiting error={error} rows={12} retry={refetch} />
  }
  const stats = exchange.message_stats
  const isOurs = name === '' || name.startsWith('amq.')
  return (
    <div className="page">
      <PageHeader
        title={name === '' ? '(default exchange)' : name}
        crumbs={[
          { text: 'Exchanges', path: ['exchanges'] },
          { text: vhost, path: ['exchanges'], query: { vhost } },
        ]}
        note={
          <span className="badges">
            <Badge tone="accent">{exchange.type}</Badge>
            {exchange.durable ? <Badge>durable</Badge> : <Badge tone="warn">transient</Badge>}
            {exchange.auto_delete && <Badge>auto-delete</Badge>}
            {exchange.internal && <Badge>internal</Badge>}
            {exchange.policy !== undefined && <Badge>policy {exchange.policy}</Badge>}
          </span>
        }
      >
        <Link to={['route']} query={{ vhost, exchange: segment }} className="button button-plain">
          Explain a route
        </Link>
        {!exchange.internal && rights.may('write', vhost, segment) && (
          <Button onClick={() => dialog.show('publish')}>Publish</Button>
        )}
        {name !== '' && rights.may('read', vhost, name) && rights.mayAny('write', vhost) && (
          <Button onClick={() => dialog.show('bind')}>Bind</Button>
        )}
        {!isOurs && rights.may('configure', vhost, name) && (
          <Button tone="danger" icon="trash" onClick={() => dialog.show('delete')}>
            Delete
          </Button>
        )}
      </PageHeader>
      <div className="figures">
        <Figure
          label="Published to it"
          value={rate(stats?.publish_in_details?.rate ?? 0)}
          note={`${count(stats?.publish_in ?? 0)} so far`}
        />
        <Figure
          label="Routed to queues"
          value={rate(stats?.publish_out_details?.rate ?? 0)}
          note={`${count(stats?.publish_out ?? 0)} so far`}
        />
        <Figure label="Bindings from it" value={name === '' ? 'every queue' : count(outgoing.data?.length)} />
        <Figure label="Bindings to it" value={count(incoming.data?.length ?? 0)} />
      </div>
      <Panel title="Messages per second" actions={<RangeChoice />}>
        <RateChart stats={stats} />
      </Panel>
      <Panel title="Where its messages go">
        {name === '' ? (
          <p className="muted">To the queue whose name is the routing key. It cannot be bound or deleted.</p>
        ) : outgoing.data === undefined ? (
          <Loading />
        ) : (
          <BindingTable
            bindings={outgoing.data}
            side="destination"
            none="Nothing is bound to it: what is published here is dropped, or returned when mandatory."
          />
        )}
      </Panel>
      {incoming.data !== undefined && incoming.data.length > 0 && (
        <Panel title="What leads to it">
          <BindingTable bindings={incoming.data} side="source" none="" />
        </Panel>
      )}
      <Panel title="Arguments of its declaration">
        <ArgumentList values={exchange.arguments} none="It was declared without arguments." />
      </Panel>
      {dialog.open === 'publish' && (
        <PublishDialog vhost={vhost} draft={{ exchange: name, routingKey: '' }} onClose={dialog.close} />
      )}
      {dialog.open === 'bind' && <BindDialog vhost={vhost} source={name} onClose={dialog.close} />}
      {dialog.open === 'delete' && (
        <ConfirmDialog
          title={`Delete exchange ${name}`}
          action="Delete the exchange"
          typed={name}
          onClose={dialog.close}
          confirm={async () => {
            return act(
              () => del(api('/exchanges/{vhost}/{exchange}', { vhost, exchange: segment })),
              `Exchange ${name} deleted`,
              '#/exchanges',
            )
          }}
        >
          <p>Its bindings go with it, and whoever publishes to it gets an error. This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </div>
  )
}
