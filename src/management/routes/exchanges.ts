import { tableFromPlain } from '../../core/field-table.js'
import { CREATED, done, NO_CONTENT } from '../http/answer.js'
import { type ApiRequest, compareText, exchangeName } from '../http/api-request.js'
import { booleanIn, objectIn, textIn } from '../http/body.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import { BOOLEAN, listOf, OBJECT, objectOf, TEXT } from '../schemas/basics.js'
import { EXCHANGE, SINGLE_EXCHANGE } from '../schemas/peers.js'
import { exchangeView, singleExchangeView } from '../views/exchange-view.js'

export const EXCHANGE_ROUTES: readonly Route[] = [
  ...['/exchanges', '/exchanges/:vhost'].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'management',
      summary: 'Exchanges',
      list: 'paged',
      answer: listOf(EXCHANGE),
      handle: (request) =>
        list(request, {
          items: request.vhostsOfPath.flatMap((vhost) =>
            [...vhost.exchanges.values()].sort((a, b) => compareText(a.name, b.name)),
          ),
          nameOf: ({ name }) => name,
          view: (exchange) => exchangeView(request.services, exchange, request.query),
        }),
    }),
  ),
  {
    method: 'GET',
    path: '/exchanges/:vhost/:exchange',
    access: 'management',
    summary: 'One exchange',
    answer: SINGLE_EXCHANGE,
    handle: (request) => one(request, singleExchangeView(request.services, request.exchange, request.query)),
  },
  {
    method: 'PUT',
    path: '/exchanges/:vhost/:exchange',
    access: 'management',
    summary: 'Declares an exchange',
    body: objectOf(
      {},
      { type: TEXT, durable: BOOLEAN, auto_delete: BOOLEAN, internal: BOOLEAN, arguments: OBJECT },
    ),
    handle: putExchange,
  },
  {
    method: 'DELETE',
    path: '/exchanges/:vhost/:exchange',
    access: 'management',
    summary: 'Deletes an exchange',
    query: ['if-unused'],
    handle: (request) => {
      const { vhost, name } = request.exchange
      const ifUnused = request.flag('if-unused')
      return done(request.services.doors.deleteExchange(request.actor, vhost.name, name, ifUnused))
    },
  },
]

async function putExchange(request: ApiRequest) {
  const { services, actor, body } = request
  const vhost = request.vhostToWrite
  const name = exchangeName(request.param('exchange'))
  const isNew = !vhost.exchanges.has(name)
  await services.doors.declareExchange(actor, vhost.name, {
    name,
    type: textIn(body, 'type', 'direct'),
    durable: booleanIn(body, 'durable', false),
    autoDelete: booleanIn(body, 'auto_delete', false),
    internal: booleanIn(body, 'internal', false),
    arguments: tableFromPlain(objectIn(body, 'arguments')),
  })
  return isNew ? CREATED : NO_CONTENT
}
