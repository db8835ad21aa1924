import { tableFromPlain } from '../../core/field-table.js'
import type { Binding, Destination } from '../../core/topology/binding.js'
import { Binding as BindingRecord } from '../../core/topology/binding.js'
import type { Exchange } from '../../core/topology/exchange.js'
import type { Vhost } from '../../core/topology/vhost.js'
import { type Answer, done } from '../http/answer.js'
import { type ApiRequest, exchangeName } from '../http/api-request.js'
import { objectIn, textIn } from '../http/body.js'
import { notAuthorised, objectNotFound } from '../http/http-error.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import { BINDING } from '../schemas/access.js'
import { listOf, OBJECT, objectOf, TEXT } from '../schemas/basics.js'
import { bindingView, propertiesKey } from '../views/binding-view.js'

const BODY_BYTES_MAX = 5000

export const BINDING_ROUTES: readonly Route[] = [
  listRoute('/bindings', 'Bindings, those of default exchanges included', (request) =>
    request.vhosts.flatMap(bindingsOf),
  ),
  listRoute('/bindings/:vhost', 'Bindings of a virtual host', ({ vhost }) => bindingsOf(vhost)),
  listRoute('/queues/:vhost/:queue/bindings', 'Bindings of a queue', ({ queue }) => [
    new BindingRecord(queue.vhost.defaultExchange, queue, queue.name, new Map()),
    ...queue.incoming,
  ]),
  listRoute('/exchanges/:vhost/:exchange/bindings/source', 'Bindings from an exchange', ({ exchange }) =>
    outgoing(exchange),
  ),
  listRoute('/exchanges/:vhost/:exchange/bindings/destination', 'Bindings to an exchange', ({ exchange }) => [
    ...exchange.incoming,
  ]),
  ...routesBetween('q'),
  ...routesBetween('e'),
]

function listRoute(path: string, summary: string, bindings: (request: ApiRequest) => Binding[]): Route {
  return {
    method: 'GET',
    path,
    access: 'management',
    summary,
    list: 'plain',
    answer: listOf(BINDING),
    handle: (request) => list(request, { items: bindings(request), view: bindingView }),
  }
}

/** Routes of the bindings between an exchange and a queue (`q`) or another exchange (`e`). */
function routesBetween(kind: 'q' | 'e'): Route[] {
  const path = `/bindings/:vhost/e/:source/${kind}/:destination`
  const what = `between an exchange and ${kind === 'q' ? 'a queue' : 'another'}`
  return [
    listRoute(path, `Bindings ${what}`, (request) => bindingsBetween(request, kind)),
    {
      method: 'POST',
      path,
      access: 'management',
      summary: `Makes a binding ${what}`,
      body: objectOf({}, { routing_key: TEXT, arguments: OBJECT }),
      bodyBytesMax: BODY_BYTES_MAX,
      successes: [201],
      handle: (request) => bind(request, kind),
    },
    {
      method: 'GET',
      path: `${path}/:props`,
      access: 'management',
      summary: `One binding ${what}, by its properties_key`,
      answer: BINDING,
      handle: (request) => one(request, bindingView(bindingOf(request, kind))),
    },
    {
      method: 'DELETE',
      path: `${path}/:props`,
      access: 'management',
      summary: `Takes a binding ${what} away`,
      handle: (request) => {
        const { source, destination, routingKey, arguments: args } = bindingOf(request, kind)
        if (source.name === '') throw notAuthorised('Access refused.')
        return done(
          request.services.doors.unbind(request.actor, source.vhost.name, {
            source: source.name,
            destinationKind: destination.kind,
            destination: destination.name,
            routingKey,
            arguments: new Map(args),
          }),
        )
      },
    },
  ]
}

function bindingsOf(vhost: Vhost): Binding[] {
  return [...vhost.defaultBindings(), ...vhost.bindings()]
}

function outgoing(exchange: Exchange): Binding[] {
  if (exchange.name === '') return [...exchange.vhost.defaultBindings()]
  return [...exchange.outgoing.values()]
}

/** Throws 404 when one of the ends is missing. */
function bindingsBetween(request: ApiRequest, kind: 'q' | 'e'): Binding[] {
  const { vhost } = request
  const source = vhost.exchanges.get(exchangeName(request.param('source')))
  const destination: Destination | undefined =
    kind === 'q'
      ? vhost.queues.get(request.param('destination'))
      : vhost.exchanges.get(exchangeName(request.param('destination')))
  if (source === undefined || destination === undefined) throw objectNotFound()
  if (source.name === '') {
    if (destination.kind !== 'queue') return []
    return [new BindingRecord(source, destination, destination.name, new Map())]
  }
  return [...destination.incoming].filter((binding) => binding.source === source)
}

/** By properties_key; failing that the segment is taken for the routing key itself. */
function bindingOf(request: ApiRequest, kind: 'q' | 'e'): Binding {
  const props = request.param('props')
  const bindings = bindingsBetween(request, kind)
  const found =
    bindings.find((binding) => propertiesKey(binding.routingKey, binding.arguments) === props) ??
    bindings.find((binding) => binding.routingKey === props && binding.arguments.size === 0)
  if (found === undefined) throw objectNotFound()
  return found
}

async function bind(request: ApiRequest, kind: 'q' | 'e'): Promise<Answer> {
  const { services, actor, body } = request
  const routingKey = textIn(body, 'routing_key', '')
  const args = tableFromPlain(objectIn(body, 'arguments'))
  const destination = request.param('destination')
  await services.doors.bind(actor, request.vhostToWrite.name, {
    source: exchangeName(request.param('source')),
    destinationKind: kind === 'q' ? 'queue' : 'exchange',
    destination: kind === 'q' ? destination : exchangeName(destination),
    routingKey,
    arguments: args,
  })
  // Relative, and the key encoded exactly once more: Terraform reads the binding's name from here.
  const location = `${encodeURIComponent(destination)}/${encodeURIComponent(propertiesKey(routingKey, args))}`
  return { status: 201, headers: { location } }
}
