import type { PeerChannel, PeerConnection } from '../../core/peers.js'
import { NO_CONTENT } from '../http/answer.js'
import { type ApiRequest, compareText } from '../http/api-request.js'
import { badRequest, notAuthorised, objectNotFound } from '../http/http-error.js'
import { list, one } from '../http/list.js'
import type { Route } from '../http/route.js'
import { listOf } from '../schemas/basics.js'
import { CHANNEL, CONNECTION, CONSUMER, SHORT_CONNECTION, SINGLE_CHANNEL } from '../schemas/peers.js'
import { channelName, channelView, connectionView, shortConnectionView } from '../views/connection-view.js'
import { allConsumers, consumerView } from '../views/consumer-view.js'
import { deliveriesTo, publishesBy } from '../views/pair-view.js'

const CLOSE_REASON = 'Closed via management plugin'

interface ChannelPlace {
  readonly connection: PeerConnection
  readonly channel: PeerChannel
}

export const PEER_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/connections',
    access: 'management',
    summary: 'Connections: all for monitors, for others their own',
    list: 'paged',
    answer: listOf(CONNECTION),
    handle: (request) => listConnections(request, visibleConnections(request)),
  },
  {
    method: 'GET',
    path: '/vhosts/:vhost/connections',
    access: 'management',
    summary: 'Connections to a virtual host',
    list: 'plain',
    answer: listOf(CONNECTION),
    handle: (request) => {
      const { name } = request.vhost
      return listConnections(
        request,
        visibleConnections(request).filter(({ vhost }) => vhost === name),
      )
    },
  },
  {
    method: 'GET',
    path: '/connections/username/:user',
    access: 'management',
    summary: 'Connections of a user',
    list: 'paged',
    answer: listOf(SHORT_CONNECTION),
    handle: (request) =>
      list(request, {
        items: connectionsOfUser(request, 'monitor'),
        nameOf: ({ name }) => name,
        view: (connection) => shortConnectionView(request.services, connection),
      }),
  },
  {
    method: 'DELETE',
    path: '/connections/username/:user',
    access: 'management',
    summary: 'Closes the connections of a user; the header x-reason is what they are told',
    handle: (request) => {
      for (const connection of connectionsOfUser(request, 'administrator')) close(request, connection)
      return NO_CONTENT
    },
  },
  {
    method: 'GET',
    path: '/connections/:connection',
    access: 'management',
    summary: 'One connection',
    answer: CONNECTION,
    handle: (request) =>
      one(request, connectionView(request.services, connectionOf(request, 'monitor'), request.query)),
  },
  {
    method: 'DELETE',
    path: '/connections/:connection',
    access: 'management',
    summary: 'Closes a connection; the header x-reason is what it is told',
    handle: (request) => {
      close(request, connectionOf(request, 'administrator'))
      return NO_CONTENT
    },
  },
  {
    method: 'GET',
    path: '/connections/:connection/channels',
    access: 'management',
    summary: 'Channels of a connection',
    list: 'plain',
    answer: listOf(CHANNEL),
    handle: (request) => listChannels(request, channelsOf([connectionOf(request, 'monitor')])),
  },
  {
    method: 'GET',
    path: '/connections/:connection/sessions',
    access: 'management',
    summary: 'Sessions of an AMQP 1.0 connection',
    successes: [],
    handle: (request) => {
      connectionOf(request, 'monitor')
      throw badRequest('connection is not an AMQP 1.0 connection')
    },
  },
  {
    method: 'GET',
    path: '/channels',
    access: 'management',
    summary: 'Channels: all for monitors, for others their own',
    list: 'paged',
    answer: listOf(CHANNEL),
    handle: (request) => listChannels(request, channelsOf(visibleConnections(request))),
  },
  {
    method: 'GET',
    path: '/vhosts/:vhost/channels',
    access: 'management',
    summary: 'Channels in a virtual host',
    list: 'plain',
    answer: listOf(CHANNEL),
    handle: (request) => {
      const { name } = request.vhost
      const connections = visibleConnections(request).filter(({ vhost }) => vhost === name)
      return listChannels(request, channelsOf(connections))
    },
  },
  {
    method: 'GET',
    path: '/channels/:channel',
    access: 'management',
    summary: 'One channel, with its consumers',
    answer: SINGLE_CHANNEL,
    handle: (request) => {
      const { services, query } = request
      const { connection, channel } = channelOf(request)
      const consumers = [...allConsumers(services)].filter((place) => place.channel === channel)
      return one(request, {
        consumer_details: consumers.map((place) => consumerView(services, place)),
        deliveries: deliveriesTo(services, channel),
        publishes: publishesBy(connection, channel),
        ...channelView(services, connection, channel, query),
      })
    },
  },
  ...['/consumers', '/consumers/:vhost'].map(
    (path): Route => ({
      method: 'GET',
      path,
      access: 'management',
      summary: 'Consumers: all for monitors, for others their own',
      list: 'plain',
      answer: listOf(CONSUMER),
      handle: (request) => {
        const vhost = request.params.vhost === undefined ? request.headers['x-vhost'] : request.vhost.name
        const items = [...allConsumers(request.services)].filter(
          ({ connection, queue }) =>
            isVisible(request, connection) && (vhost === undefined || queue.vhost.name === vhost),
        )
        return list(request, { items, view: (place) => consumerView(request.services, place) })
      },
    }),
  ),
]

function isVisible(request: ApiRequest, { user }: PeerConnection): boolean {
  return request.isMonitor || user === request.principal.name
}

function visibleConnections(request: ApiRequest): PeerConnection[] {
  const asked = request.params.vhost === undefined ? request.headers['x-vhost'] : undefined
  return [...request.services.peers.connections()]
    .filter((each) => isVisible(request, each) && (asked === undefined || each.vhost === asked))
    .sort((a, b) => compareText(a.vhost, b.vhost) || compareText(a.name, b.name))
}

function listConnections(request: ApiRequest, items: readonly PeerConnection[]) {
  return list(request, {
    items,
    nameOf: ({ name }) => name,
    view: (connection) => connectionView(request.services, connection, request.query),
  })
}

function channelsOf(connections: readonly PeerConnection[]): ChannelPlace[] {
  return connections.flatMap((connection) =>
    [...connection.channels()].map((channel) => ({ connection, channel })),
  )
}

function listChannels(request: ApiRequest, items: readonly ChannelPlace[]) {
  return list(request, {
    items,
    nameOf: ({ connection, channel }) => channelName(connection, channel),
    view: ({ connection, channel }) => channelView(request.services, connection, channel, request.query),
  })
}

/** Everybody may look at and close what is their own; monitors look at, administrators close everything. */
function connectionOf(request: ApiRequest, need: 'monitor' | 'administrator'): PeerConnection {
  const name = request.param('connection')
  for (const connection of request.services.peers.connections()) {
    if (connection.name !== name) continue
    checkMay(request, connection.user, need)
    return connection
  }
  throw objectNotFound()
}

function connectionsOfUser(request: ApiRequest, need: 'monitor' | 'administrator'): PeerConnection[] {
  const user = request.param('user')
  checkMay(request, user, need)
  return [...request.services.peers.connections()].filter((connection) => connection.user === user)
}

function channelOf(request: ApiRequest): ChannelPlace {
  const name = request.param('channel')
  for (const connection of request.services.peers.connections()) {
    if (!name.startsWith(connection.name)) continue
    for (const channel of connection.channels()) {
      if (channelName(connection, channel) !== name) continue
      checkMay(request, connection.user, 'monitor')
      return { connection, channel }
    }
  }
  throw objectNotFound()
}

function checkMay(request: ApiRequest, owner: string, need: 'monitor' | 'administrator'): void {
  if (owner === request.principal.name) return
  if (need === 'monitor' ? request.isMonitor : request.isAdministrator) return
  throw notAuthorised('User not authorised to access object')
}

function close(request: ApiRequest, connection: PeerConnection): void {
  const reason = request.headers['x-reason']
  request.services.peers.closeConnection(connection.id, typeof reason === 'string' ? reason : CLOSE_REASON)
}
