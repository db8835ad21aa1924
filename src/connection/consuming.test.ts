import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChannelFixture, consume, FACTS, message, refusal } from '../../test/support/channel-fixture.js'
import { Settlement } from '../core/shard-port.js'
import {
  encodeBasicAck,
  encodeBasicCancel,
  encodeBasicGet,
  encodeBasicNack,
  encodeBasicQos,
  encodeBasicRecover,
  type FieldTable,
  field,
} from '../protocol/amqp091/index.js'
import { REPLY_BACKLOG_BYTES_MAX } from './reply-consumer.js'
import { ReplyToDirectory } from './reply-to.js'

test('a delivery is written from method to body, in frames that fit', () => {
  const fixture = new ChannelFixture()
  consume(fixture, 'tag', true)
  const sink = fixture.port.sinks.get(1)!
  sink.deliver(1, message('key', Buffer.from('hi'), { messageId: 'm' }), FACTS)
  sink.deliver(1, message('key', Buffer.alloc(0)), { ...FACTS, redelivered: true })
  sink.deliver(1, message('key', Buffer.alloc(20_000, 1)), FACTS)
  assert.deepEqual(fixture.texts(), [
    'basic.consume-ok tag',
    'deliver tag #1 /key',
    'header 2 messageId=m',
    'body hi',
    'deliver tag #2 again /key',
    'header 0',
    'deliver tag #3 /key',
    'header 20000',
    'body 8184',
    'body 8184',
    'body 3632',
  ])
})

test('a large body goes out unchanged through an output that hands off its buffer', () => {
  const fixture = new ChannelFixture()
  const sent: Buffer[] = []
  const out = fixture.out
  out.reserve = (octets: number) => {
    if (out.position + octets <= out.limit) return
    sent.push(Buffer.from(out.written()))
    out.switchBuffer(Buffer.alloc(Math.max(1000, octets)))
  }
  consume(fixture, 'tag', true)
  const body = Buffer.alloc(50_000)
  for (let i = 0; i < body.length; i++) body[i] = i % 251
  fixture.port.sinks.get(1)!.deliver(1, message('key', body), FACTS)
  sent.push(Buffer.from(out.written()))
  const all = Buffer.concat(sent)
  out.switchBuffer(all)
  out.position = all.length
  const bodies = fixture.frames().filter((frame) => frame.text.startsWith('body'))
  assert.deepEqual(Buffer.concat(bodies.map((frame) => frame.payload)), body)
})

test('headers that the queue adds come after those of the message, and BCC is left out', () => {
  const fixture = new ChannelFixture()
  consume(fixture, 't')
  const sink = fixture.port.sinks.get(1)!
  const headers: FieldTable = new Map([
    ['a', field.int(1)],
    ['BCC', field.array([])],
    ['x-delivery-count', field.string('lie')],
  ])
  const view = message('k', Buffer.from('b'), { contentType: 'c', headers, priority: 3 })
  view.hasBcc = true
  sink.deliver(1, view, { ...FACTS, deliveryCount: 2, acquiredCount: 3 })
  sink.deliver(1, message('k', Buffer.from('b'), { appId: 'app' }), { ...FACTS, streamOffset: 0 })
  sink.deliver(
    1,
    message('k', Buffer.from('b'), { headers: new Map([['a', field.int(1)]]), deliveryMode: 2 }),
    {
      ...FACTS,
      streamOffset: 5,
    },
  )
  sink.deliver(1, message('k', Buffer.from('b'), { headers }), { ...FACTS, acquiredCount: 1 })
  assert.deepEqual(
    fixture.texts().filter((text) => text.startsWith('header')),
    [
      'header 1 contentType=c headers(a=I:1,x-delivery-count=l:2,x-acquired-count=l:3) priority=3',
      'header 1 headers(x-stream-offset=l:0) deliveryMode=1 appId=app',
      'header 1 headers(a=I:1,x-stream-offset=l:5) deliveryMode=2',
      'header 1 headers(a=I:1,BCC=A:,x-delivery-count=S:lie,x-acquired-count=l:1)',
    ],
  )
})

test('acks settle what was delivered, and tags that are not outstanding are refused', () => {
  const fixture = new ChannelFixture()
  consume(fixture, 'c')
  const sink = fixture.port.sinks.get(1)!
  for (let position = 0; position < 5; position++)
    sink.deliver(1, message('q', Buffer.alloc(1)), { ...FACTS, position })
  fixture.port.ready = [Buffer.from('got')]
  fixture.send((w) => encodeBasicGet(w, 3, 'q', false))
  fixture.port.log.length = 0
  fixture.send((w) => encodeBasicAck(w, 3, 2, false))
  fixture.send((w) => encodeBasicNack(w, 3, 3, true, true))
  fixture.send((w) => encodeBasicNack(w, 3, 6, false, false))
  const unknown = (tag: number) => refusal('PRECONDITION_FAILED', `unknown delivery tag ${tag}`)
  assert.throws(() => fixture.send((w) => encodeBasicAck(w, 3, 3, true)), unknown(3))
  assert.throws(() => fixture.send((w) => encodeBasicAck(w, 3, 99, true)), unknown(99))
  assert.throws(() => fixture.send((w) => encodeBasicAck(w, 3, 0, false)), unknown(0))
  fixture.send((w) => encodeBasicAck(w, 3, 0, true))
  fixture.send((w) => encodeBasicAck(w, 3, 0, true))
  assert.deepEqual(fixture.port.log, [
    `settle 1:1 of 1 ${Settlement.ACK}`,
    `settle 1:0 of 1 ${Settlement.REQUEUE}`,
    `settle 1:2 of 1 ${Settlement.REQUEUE}`,
    `settle 1:77 of 0 ${Settlement.DEAD_LETTER}`,
    `settle 1:3 of 1 ${Settlement.ACK}`,
    `settle 1:4 of 1 ${Settlement.ACK}`,
  ])
})

test('an ack tells the broker when consumers had all that they may have, and how much that is', () => {
  const fixture = new ChannelFixture()
  const { windows } = fixture.registry
  fixture.send((w) => encodeBasicQos(w, 3, 0, 2, false))
  consume(fixture, 'one')
  consume(fixture, 'no-ack', true)
  const deliver = (consumer: number): void =>
    fixture.port.sinks.get(consumer)!.deliver(consumer, message('q', Buffer.alloc(1)), FACTS)
  const ackAll = () => fixture.send((w) => encodeBasicAck(w, 3, 0, true))
  deliver(1)
  ackAll()
  assert.equal(windows.fullCount, 0)
  for (let i = 0; i < 2; i++) deliver(1)
  ackAll()
  assert.deepEqual([windows.fullCount, windows.messages], [1, 2])
  consume(fixture, 'other')
  for (let i = 0; i < 2; i++) deliver(1)
  ackAll()
  assert.equal(windows.fullCount, 1, 'the other has room')
  fixture.send((w) => encodeBasicCancel(w, 3, 'other', false))
  for (let i = 0; i < 2; i++) deliver(1)
  ackAll()
  assert.equal(windows.fullCount, 2)
  fixture.send((w) => encodeBasicQos(w, 3, 0, 1, true))
  deliver(1)
  ackAll()
  assert.deepEqual([windows.fullCount, windows.messages], [3, 1], 'the limit of the channel counts, too')
})

test('an ack of everything does not cover what is delivered because of it', () => {
  for (const all of ['ack', 'recover'] as const) {
    const fixture = new ChannelFixture()
    consume(fixture, 'c')
    const sink = fixture.port.sinks.get(1)!
    const deliver = (): void => sink.deliver(1, message('q', Buffer.alloc(1)), FACTS)
    deliver()
    deliver()
    fixture.port.onSettle = deliver
    if (all === 'ack') fixture.send((w) => encodeBasicAck(w, 3, 0, true))
    else fixture.send((w) => encodeBasicRecover(w, 3, true))
    assert.equal(fixture.port.log.length, 2)
    assert.equal(fixture.channel.consuming.unacked.count, 2)
  }
})

test('a limit for the channel holds for all its consumers and takes turns among them', () => {
  const fixture = new ChannelFixture()
  fixture.send((w) => encodeBasicQos(w, 3, 0, 1, true))
  consume(fixture, 'a')
  consume(fixture, 'b')
  const delivered: number[] = []
  const tryDeliver = (id: number): void => {
    const sink = fixture.port.sinks.get(id)!
    while (sink.canTake()) {
      delivered.push(id)
      sink.deliver(id, message('q', Buffer.alloc(1)), FACTS)
    }
  }
  fixture.port.onResume = tryDeliver
  tryDeliver(1)
  tryDeliver(2)
  for (let tag = 1; tag <= 4; tag++) fixture.send((w) => encodeBasicAck(w, 3, tag, false))
  assert.deepEqual(delivered, [1, 1, 2, 1, 2].slice(0, 5))
  // Whoever has nothing to deliver passes the room on.
  fixture.port.onResume = (id) => id === 2 && tryDeliver(id)
  fixture.send((w) => encodeBasicAck(w, 3, 5, false))
  fixture.turn()
  assert.equal(delivered.at(-1), 2)
  assert.equal(delivered.length, 6)
})

test('a full output stops deliveries until it has drained', () => {
  const fixture = new ChannelFixture()
  consume(fixture, 'a')
  const sink = fixture.port.sinks.get(1)!
  fixture.canDeliver = false
  assert.equal(sink.canTake(), false)
  assert.equal(sink.canTake(), false)
  fixture.canDeliver = true
  fixture.channel.outputDrained()
  assert.deepEqual(fixture.port.log, ['resume 1'])
})

test('a cancelled consumer hears no more, keeps its unacked messages, and its tag is free again', () => {
  const fixture = new ChannelFixture()
  consume(fixture, 'a')
  fixture.port.sinks.get(1)!.deliver(1, message('q', Buffer.alloc(1)), FACTS)
  assert.throws(() => consume(fixture, 'a'), refusal('NOT_ALLOWED', "attempt to reuse consumer tag 'a'"))
  fixture.send((w) => encodeBasicCancel(w, 3, 'a', false))
  assert.equal(fixture.port.sinks.get(1)!.canTake(), false)
  fixture.send((w) => encodeBasicCancel(w, 3, 'a', false))
  consume(fixture, 'a')
  fixture.send((w) => encodeBasicAck(w, 3, 1, false))
  assert.equal(fixture.texts().filter((text) => text === 'basic.cancel-ok a').length, 2)
})

test('a client is told when its queue is deleted, if it wants to know', () => {
  for (const cancelNotify of [true, false]) {
    const fixture = new ChannelFixture({ cancelNotify })
    consume(fixture, 'a')
    fixture.frames()
    fixture.port.sinks.get(1)!.cancelled(1, 'queue-deleted')
    assert.deepEqual(fixture.texts(), cancelNotify ? ['basic.cancel a'] : [])
    assert.deepEqual(fixture.failures, [])
  }
})

test('a consumer that times out is cancelled, or ends its channel when the client would not hear of it', () => {
  const told = new ChannelFixture()
  consume(told, 'a')
  told.port.sinks.get(1)!.cancelled(1, 'consumer-timeout')
  assert.deepEqual(told.turn().texts(), ['basic.consume-ok a', 'basic.cancel a'])

  const ended = new ChannelFixture({ cancelNotify: false })
  consume(ended, 'a')
  ended.port.sinks.get(1)!.cancelled(1, 'consumer-timeout')
  const text =
    'delivery acknowledgement on channel 3 timed out. Timeout value used: -1 ms. ' +
    'This timeout value can be configured, see consumers doc guide to learn more'
  assert.throws(() => ended.turn(), refusal('PRECONDITION_FAILED', text))
  ended.turn()
})

test('the end of a channel returns what is unacked and writes nothing', () => {
  const fixture = new ChannelFixture()
  consume(fixture, 'a')
  fixture.port.sinks.get(1)!.deliver(1, message('q', Buffer.alloc(1)), { ...FACTS, position: 5 })
  fixture.frames()
  fixture.channel.release()
  fixture.channel.release()
  assert.deepEqual(fixture.port.log, ['unsubscribe 1', `settle 1:5 of 1 ${Settlement.RETURN}`])
  assert.deepEqual(fixture.texts(), [])
})

test('a reply goes straight to the channel that asked', () => {
  const replyTo = new ReplyToDirectory()
  const client = new ChannelFixture({ replyTo })
  const server = new ChannelFixture({ replyTo })
  assert.throws(
    () => consume(client, 'r', false, 'amq.rabbitmq.reply-to'),
    refusal('PRECONDITION_FAILED', 'reply consumer cannot acknowledge'),
  )
  consume(client, 'r', true, 'amq.rabbitmq.reply-to')
  client.publishInPlace('', 'q', 'question', { replyTo: 'amq.rabbitmq.reply-to', messageId: 'id' })
  const { replyTo: name = '', messageId } = client.port.published[0].properties
  assert.match(name, /^amq\.rabbitmq\.reply-to\.[\w-]{22}$/)
  assert.equal(messageId, 'id')
  client.canDeliver = false
  server.publishInPlace('', name, 'late')
  client.canDeliver = true
  client.channel.outputDrained()
  server.publishInPlace('', name, 'answer')
  assert.deepEqual(
    client.texts().filter((text) => !text.startsWith('header')),
    ['basic.consume-ok r', `deliver r #1 /${name}`, 'body late', `deliver r #2 /${name}`, 'body answer'],
  )
  client.channel.release()
  server.publishInPlace('', name, 'nobody there', {}, true)
  assert.deepEqual([client.texts(), server.texts(), server.port.published.length], [[], [], 0])
})

test('replies for a requester that does not read are kept up to a bound and dropped beyond it', () => {
  const replyTo = new ReplyToDirectory()
  const client = new ChannelFixture({ replyTo })
  const server = new ChannelFixture({ replyTo })
  consume(client, 'r', true, 'amq.rabbitmq.reply-to')
  const name = client.channel.consuming.replyConsumer?.name ?? ''
  client.canDeliver = false
  const body = 'x'.repeat(90_000)
  const kept = Math.floor(REPLY_BACKLOG_BYTES_MAX / (body.length + name.length + 4))
  for (let i = 0; i < kept + 10; i++) server.publishInPlace('', name, body)
  client.frames()
  client.canDeliver = true
  client.channel.outputDrained()
  assert.equal(client.texts().filter((text) => text.startsWith('deliver')).length, kept)
})

test('a delivery tag beyond what was ever given out is shown exactly', () => {
  const fixture = new ChannelFixture()
  assert.throws(
    () => fixture.send((w) => encodeBasicAck(w, 3, 2n ** 64n - 1n, false)),
    refusal('PRECONDITION_FAILED', 'unknown delivery tag 18446744073709551615'),
  )
})

test('consumer arguments are read exactly, and those of other queue types refused', () => {
  const invalid = "invalid arg 'x-priority' for queue 'q' in vhost '/'"
  const classic = new ChannelFixture()
  assert.throws(
    () => consume(classic, 'c', false, 'q', new Map([['x-priority', field.string('high')]])),
    refusal('PRECONDITION_FAILED', `${invalid}: "expected integer, got longstr"`),
  )
  assert.throws(
    () => consume(classic, 'c', false, 'q', new Map([['x-stream-offset', field.string('first')]])),
    refusal(
      'PRECONDITION_FAILED',
      "invalid arg 'x-stream-offset' for queue 'q' in vhost '/' of queue type rabbit_classic_queue",
    ),
  )
  consume(classic, 'c', false, 'q', new Map([['x-priority', field.int(-5)]]))
  assert.equal(classic.port.subscriptions[0].priority, -5)

  const stream = new ChannelFixture()
  stream.queueType = 'stream'
  const offsets = [field.string('last'), field.long(7), field.timestamp(5)].map((offset, i) => {
    consume(stream, `c${i}`, false, 'q', new Map([['x-stream-offset', offset]]))
    return stream.port.subscriptions[i].streamOffset
  })
  assert.deepEqual(offsets, [
    { kind: 'last' },
    { kind: 'offset', offset: 7 },
    { kind: 'timestamp', timestampMs: 5000 },
  ])
  for (const [bad, shown] of [
    ['5x', '{longstr,<<"5x">>}'],
    ['', '{longstr,<<>>}'],
  ] as const) {
    assert.throws(
      () => consume(stream, 'x', false, 'q', new Map([['x-stream-offset', field.string(bad)]])),
      refusal(
        'PRECONDITION_FAILED',
        `invalid arg 'x-stream-offset' for queue 'q' in vhost '/': {invalid_stream_offset_arg,${shown}}`,
      ),
    )
  }
})
