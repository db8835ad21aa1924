import { absent, get, type OperationCase, remove } from './case.js'
import type { Stage } from './stage.js'

const connected = (stage: Stage, name: string, owner: string) => stage.connect(name, owner)
const ofConnection = (stage: Stage, name: string) => ({
  connection: encodeURIComponent(stage.peerName(name) ?? name),
})

const ofOwner = (_stage: Stage, _name: string, owner: string) => ({ user: owner })

async function withChannel(stage: Stage, name: string, owner: string): Promise<void> {
  const connection = await stage.connect(name, owner)
  const channel = await connection.channel()
  const { queue } = await channel.declareQueue('', { exclusive: true })
  await channel.consume(queue, () => undefined)
  channel.publish('', queue, 'message')
}

export const PEER_CASES: readonly OperationCase[] = [
  get('/connections', 'any', {
    arrange: withChannel,
    bad: [{ query: '?page=x', reason: /Pagination/ }],
  }),
  get('/connections/{connection}', 'own or monitoring', { arrange: connected, fill: ofConnection }),
  remove('/connections/{connection}', 'own or administrator', { arrange: connected, fill: ofConnection }),
  get('/connections/username/{user}', 'own or monitoring', {
    fill: ofOwner,
    missing: { user: 200 },
  }),
  remove('/connections/username/{user}', 'own or administrator', {
    fill: ofOwner,
    missing: { user: 204 },
  }),
  get('/connections/{connection}/channels', 'own or monitoring', {
    arrange: withChannel,
    fill: ofConnection,
  }),
  {
    ...get('/connections/{connection}/sessions', 'own or monitoring', {
      arrange: connected,
      fill: ofConnection,
    }),
    status: 400,
  },
  get('/channels', 'any', { arrange: withChannel, bad: [{ query: '?page=9', reason: /Page out of range/ }] }),
  get('/channels/{channel}', 'own or monitoring', {
    arrange: withChannel,
    fill: (stage, name) => ({ channel: encodeURIComponent(`${stage.peerName(name)} (1)`) }),
  }),
  get('/consumers', 'any', { arrange: withChannel }),
  get('/consumers/{vhost}', 'any', { arrange: withChannel }),
  get('/vhosts/{vhost}/connections', 'any', { arrange: connected }),
  get('/vhosts/{vhost}/channels', 'any', { arrange: withChannel }),

  get('/stream/connections', 'any'),
  get('/stream/connections/{vhost}', 'any'),
  absent('GET /stream/connections/{vhost}/{name}', 'any'),
  absent('DELETE /stream/connections/{vhost}/{name}', 'any'),
  absent('GET /stream/connections/{vhost}/{name}/publishers', 'any'),
  absent('GET /stream/connections/{vhost}/{name}/consumers', 'any'),
  get('/stream/publishers', 'any'),
  get('/stream/publishers/{vhost}', 'any'),
  get('/stream/publishers/{vhost}/{queue}', 'any', { missing: { queue: 200 } }),
  get('/stream/consumers', 'any'),
  get('/stream/consumers/{vhost}', 'any'),
]
