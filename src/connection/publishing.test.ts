import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChannelFixture, refusal } from '../../test/support/channel-fixture.js'
import { randomFrom } from '../../test/support/random.js'
import { BrokerError } from '../core/errors.js'
import { Route } from '../core/route.js'
import { PublishOutcome } from '../core/shard-port.js'
import {
  type BasicProperties,
  CodecError,
  encodeBasicGet,
  encodeConfirmSelect,
  type FieldTable,
  field,
} from '../protocol/amqp091/index.js'

test('a message reaches the shard the same, whether its frames come together or one by one', () => {
  const fixture = new ChannelFixture()
  const properties: BasicProperties = { contentType: 'a/b', deliveryMode: 2, priority: 7, expiration: '60' }
  fixture.publishInPlace('amq.direct', 'q', 'body', properties)
  fixture.publish('amq.direct', 'q', 'body', properties)
  assert.equal(fixture.port.published.length, 2)
  for (const { body, routing, properties: read, view } of fixture.port.published) {
    assert.equal(body, 'body')
    assert.equal(routing, 'amq.direct/q')
    assert.deepEqual(read, properties)
    assert.deepEqual([view.persistent, view.priority, view.expirationMs], [true, 7, 60])
  }
})

test('a body over many frames arrives whole, with and without room taken ahead', () => {
  const fixture = new ChannelFixture()
  for (const size of [0, 1, 8184, 8185, 70_000, 300_000, 600_000]) {
    const body = Buffer.alloc(size)
    for (let i = 0; i < size; i++) body[i] = i * 7
    fixture.publish('', 'q', body)
    assert.equal(fixture.port.published.at(-1)?.body, body.toString('latin1'))
    assert.equal(fixture.channel.expectsContent, false)
  }
})

test('publishes with the same octets are routed once, until something they depend on changes', () => {
  const fixture = new ChannelFixture()
  for (let i = 0; i < 5; i++) fixture.publishInPlace('x', 'q', 'm').publishInPlace('x', 'other', 'm')
  assert.deepEqual([fixture.lookUps, fixture.routings], [2, 2])
  fixture.routes.get('q')!.stale = true
  fixture.routes.set('q', new Route([9], true))
  fixture.publishInPlace('x', 'q', 'm')
  assert.deepEqual([fixture.lookUps, fixture.routings], [2, 3])
  assert.equal(fixture.port.log.at(-1), 'publish 9 #0')
  fixture.permissionVersion++
  fixture.publishInPlace('x', 'q', 'm')
  assert.equal(fixture.lookUps, 3)
})

test('a route that depends on the message is asked for each time', () => {
  const fixture = new ChannelFixture()
  fixture.routes.set('q', new Route([1], false))
  fixture.publishInPlace('x', 'q', 'm').publishInPlace('x', 'q', 'm')
  assert.equal(fixture.routings, 2)
})

test('what basic.publish refuses, it refuses in the words of RabbitMQ', () => {
  const invalid = 'PRECONDITION_FAILED'
  const cc = (value: string): FieldTable => new Map([['CC', field.string(value)]])
  const cases: [BasicProperties, string, string][] = [
    [{ expiration: 'abc' }, invalid, "invalid expiration 'abc': no_integer"],
    [{ expiration: '-1' }, invalid, "invalid expiration '-1': {value_negative,-1}"],
    [{ expiration: '1.5' }, invalid, `invalid expiration '1.5': {leftover_string,".5"}`],
    [
      { expiration: '315360000001' },
      invalid,
      "invalid expiration '315360000001': {value_too_large,315360000001}",
    ],
    [{ userId: 'other' }, invalid, "user_id property set to 'other' but authenticated user was 'guest'"],
    [{ replyTo: 'amq.rabbitmq.reply-to' }, invalid, 'fast reply consumer does not exist'],
    [{ headers: cc('q') }, invalid, 'invalid message: {unacceptable_type_in_header,"CC",longstr}'],
  ]
  for (const [properties, reply, text] of cases) {
    const fixture = new ChannelFixture()
    assert.throws(() => fixture.publishInPlace('', 'q', 'm', properties), refusal(reply, text))
    assert.equal(fixture.port.published.length, 0)
  }
  const fixture = new ChannelFixture()
  assert.throws(
    () => fixture.publish('', 'q', Buffer.alloc(600_001)),
    refusal(invalid, 'message size 600001 is larger than configured max size 600000'),
  )
  assert.throws(
    () => fixture.send((w) => encodeBasicGet(w, 3, '', true)),
    refusal('UNEXPECTED_FRAME', 'expected content header for class 60, got non content header frame instead'),
  )
  const impersonator = new ChannelFixture()
  impersonator.userTags = ['impersonator']
  impersonator.publishInPlace('', 'q', 'm', { userId: 'other' })
  assert.equal(impersonator.port.published.length, 1)
})

test('an expiration is handed on as the number it is', () => {
  const fixture = new ChannelFixture()
  fixture.publishInPlace('', 'q', 'm', { contentType: 't', expiration: '007000', messageId: 'id' })
  assert.deepEqual(fixture.port.published[0].properties, {
    contentType: 't',
    expiration: '7000',
    messageId: 'id',
  })
})

test('CC and BCC name more queues, each of which gets one copy', () => {
  const fixture = new ChannelFixture()
  const headers: FieldTable = new Map([
    ['CC', field.array([field.string('both'), field.int(4)])],
    ['BCC', field.array([field.string('q')])],
  ])
  fixture.publishInPlace('', 'q', 'm', { headers })
  assert.equal(fixture.port.log[0], 'publish 1+2 #0')
  assert.equal(fixture.port.published[0].view.hasBcc, true)
})

test('a mandatory message without a queue is returned before it is confirmed', () => {
  const fixture = new ChannelFixture()
  fixture.send((w) => encodeConfirmSelect(w, 3, false))
  fixture.publishInPlace('x', 'nowhere', 'body', { messageId: 'id' }, true)
  fixture.publishInPlace('x', 'nowhere', 'body')
  assert.deepEqual(fixture.turn().texts(), [
    'confirm.select-ok',
    'return 312 NO_ROUTE x/nowhere',
    'header 4 messageId=id',
    'body body',
    'basic.ack 2 multiple',
  ])
})

test('a pending publish is confirmed when the shard says so, and numbers are without gaps on each shard', () => {
  const fixture = new ChannelFixture({ shards: 2 })
  fixture.routes.set('second', new Route([2], true))
  fixture.send((w) => encodeConfirmSelect(w, 3, true))
  for (const port of fixture.ports) port.outcome = PublishOutcome.PENDING
  fixture.publishInPlace('', 'q', '1').publishInPlace('', 'nowhere', '2').publishInPlace('', 'both', '3')
  fixture.publishInPlace('', 'second', '4')
  assert.deepEqual(fixture.ports[0].log, ['publish 1 #1', 'publish 1 #2'])
  assert.deepEqual(fixture.ports[1].log, ['publish 2 #1', 'publish 2 #2'])
  assert.deepEqual(fixture.turn().texts(), ['basic.ack 2'])
  fixture.ports[1].publisher?.confirmed(2)
  assert.deepEqual(fixture.turn().texts(), ['basic.ack 4'])
  fixture.ports[0].publisher?.confirmed(1)
  assert.deepEqual(fixture.turn().texts(), ['basic.ack 1'])
  fixture.ports[0].publisher?.refused(2)
  assert.deepEqual(fixture.turn().texts(), ['basic.nack 3'])
})

test('damaged messages are refused or stored, and nothing else happens to them', (t) => {
  const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000)
  t.diagnostic(`seed ${seed}`)
  const random = randomFrom(seed)
  const nested: FieldTable = new Map([['x', { tag: 'L', value: 5n }]])
  const headers: FieldTable = new Map([
    ['CC', field.array([field.string('both'), field.long(3)])],
    ['BCC', field.array([])],
    ['deep', field.table(nested)],
  ])
  const properties = { headers, expiration: '77', replyTo: 'r', userId: 'guest' }
  let stored = 0
  let refused = 0
  for (let round = 0; round < 20_000; round++) {
    const fixture = new ChannelFixture()
    try {
      fixture.publishInPlace('', 'q', 'body', properties, false, (octets) => {
        for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--)
          octets[Math.floor(random() * octets.length)] = Math.floor(random() * 256)
      })
      stored += fixture.port.published.length
    } catch (error) {
      assert.ok(error instanceof BrokerError || error instanceof CodecError, String(error))
      refused++
    }
  }
  assert.ok(stored > 1000 && refused > 1000, `${stored} stored, ${refused} refused`)
})
