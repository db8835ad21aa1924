import { objectNotFound } from '../http/http-error.js'
import { emptyList } from '../http/list.js'
import type { Route } from '../http/route.js'
import { listOf, OBJECT } from '../schemas/basics.js'

/**
 * Peers of the stream protocol, under RabbitMQ's paths. It is not spoken yet, so lists are empty and no connection is
 * found; streams that are used by AMQP are among queues and consumers.
 */
export const STREAM_ROUTES: readonly Route[] = [
  ofNobody('/stream/connections', 'paged'),
  ofNobody('/stream/connections/:vhost', 'paged'),
  ofNoConnection('GET', ''),
  ofNoConnection('DELETE', ''),
  ofNoConnection('GET', '/publishers'),
  ofNoConnection('GET', '/consumers'),
  ofNobody('/stream/publishers', 'plain'),
  ofNobody('/stream/publishers/:vhost', 'plain'),
  ofNobody('/stream/publishers/:vhost/:queue', 'plain'),
  ofNobody('/stream/consumers', 'plain'),
  ofNobody('/stream/consumers/:vhost', 'plain'),
]

function ofNobody(path: string, list: 'paged' | 'plain'): Route {
  return {
    method: 'GET',
    path,
    access: 'management',
    summary: 'Peers of the stream protocol, which is not spoken',
    list,
    answer: listOf(OBJECT),
    handle: emptyList,
  }
}

function ofNoConnection(method: 'GET' | 'DELETE', rest: string): Route {
  return {
    method,
    path: `/stream/connections/:vhost/:name${rest}`,
    access: 'management',
    summary: 'A connection of the stream protocol, which is not spoken',
    answer: OBJECT,
    handle: () => {
      throw objectNotFound()
    },
  }
}
