import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  generatedName,
  randomArguments,
  SeededRandom,
  testSeed,
} from '../../../test/support/codec-samples.js'
import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { CodecError } from './codec-error.js'
import { field } from './field-table.js'
import * as methods from './generated/methods.js'
import { METHODS, type MethodSpec } from './spec.js'

type Encoder = (writer: ByteWriter, channel: number, ...args: unknown[]) => void
type Decoder = (reader: ByteReader) => unknown

const generated = methods as unknown as Record<string, Encoder & Decoder>

function encoderOf(spec: MethodSpec): Encoder {
  return generated[`encode${generatedName(spec)}`]
}

function decoderOf(spec: MethodSpec): Decoder | undefined {
  return generated[`decode${generatedName(spec)}`]
}

function frameOf(write: (writer: ByteWriter) => void): string {
  const writer = new ByteWriter()
  write(writer)
  return writer.written().toString('hex')
}

/** Hex of ASCII text. */
function ascii(text: string): string {
  return Buffer.from(text).toString('hex')
}

const GOLDEN: [name: string, octets: string, write: (writer: ByteWriter) => void, decoded?: object][] = [
  [
    'connection.start',
    `01 0000 00000039 000a 000a 00 09
     00000014 07 ${ascii('product')} 53 00000007 ${ascii('Leveret')}
     0000000e ${ascii('PLAIN AMQPLAIN')} 00000005 ${ascii('en_US')} ce`,
    (w) =>
      methods.encodeConnectionStart(
        w,
        0,
        0,
        9,
        new Map([['product', field.string('Leveret')]]),
        'PLAIN AMQPLAIN',
        'en_US',
      ),
    {
      versionMajor: 0,
      versionMinor: 9,
      serverProperties: new Map([['product', field.string('Leveret')]]),
      mechanisms: Buffer.from('PLAIN AMQPLAIN'),
      locales: Buffer.from('en_US'),
    },
  ],
  [
    'connection.start-ok',
    `01 0000 00000024 000a 000b 00000000 05 ${ascii('PLAIN')} 0000000c 00 ${ascii('guest')} 00 ${ascii('guest')}
     05 ${ascii('en_US')} ce`,
    (w) => methods.encodeConnectionStartOk(w, 0, new Map(), 'PLAIN', '\0guest\0guest', 'en_US'),
    {
      clientProperties: new Map(),
      mechanism: 'PLAIN',
      response: Buffer.from('\0guest\0guest'),
      locale: 'en_US',
    },
  ],
  [
    'connection.tune',
    '01 0000 0000000c 000a 001e 07ff 00020000 003c ce',
    (w) => methods.encodeConnectionTune(w, 0, 2047, 131072, 60),
    { channelMax: 2047, frameMax: 131072, heartbeat: 60 },
  ],
  [
    'connection.open',
    '01 0000 00000008 000a 0028 01 2f 00 00 ce',
    (w) => methods.encodeConnectionOpen(w, 0, '/'),
    { virtualHost: '/' },
  ],
  ['connection.open-ok', '01 0000 00000005 000a 0029 00 ce', (w) => methods.encodeConnectionOpenOk(w, 0)],
  [
    'connection.close',
    `01 0000 00000012 000a 0032 00c8 07 ${ascii('Goodbye')} 0000 0000 ce`,
    (w) => methods.encodeConnectionClose(w, 0, 200, 'Goodbye', 0, 0),
    { replyCode: 200, replyText: 'Goodbye', classId: 0, methodId: 0 },
  ],
  ['connection.close-ok', '01 0000 00000004 000a 0033 ce', (w) => methods.encodeConnectionCloseOk(w, 0)],
  ['channel.open', '01 0001 00000005 0014 000a 00 ce', (w) => methods.encodeChannelOpen(w, 1)],
  ['channel.open-ok', '01 ffff 00000008 0014 000b 00000000 ce', (w) => methods.encodeChannelOpenOk(w, 65535)],
  [
    'access.request',
    '01 0001 00000007 001e 000a 01 72 15 ce',
    (w) => methods.encodeAccessRequest(w, 1, 'r', true, false, true, false, true),
    { realm: 'r', exclusive: true, passive: false, active: true, write: false, read: true },
  ],
  [
    'exchange.declare',
    `01 0001 00000013 0028 000a 0000 01 65 05 ${ascii('topic')} 0a 00000000 ce`,
    (w) => methods.encodeExchangeDeclare(w, 1, 'e', 'topic', false, true, false, true, false, new Map()),
    {
      exchange: 'e',
      type: 'topic',
      passive: false,
      durable: true,
      autoDelete: false,
      internal: true,
      nowait: false,
      arguments: new Map(),
    },
  ],
  ['exchange.unbind-ok', '01 0001 00000004 0028 0033 ce', (w) => methods.encodeExchangeUnbindOk(w, 1)],
  [
    'queue.declare',
    `01 0001 00000020 0032 000a 0000 01 71 12 00000013 0d ${ascii('x-message-ttl')} 49 0000ea60 ce`,
    (w) =>
      methods.encodeQueueDeclare(
        w,
        1,
        'q',
        false,
        true,
        false,
        false,
        true,
        new Map([['x-message-ttl', field.int(60000)]]),
      ),
    {
      queue: 'q',
      passive: false,
      durable: true,
      exclusive: false,
      autoDelete: false,
      nowait: true,
      arguments: new Map([['x-message-ttl', field.int(60000)]]),
    },
  ],
  [
    'queue.declare-ok',
    '01 0001 0000000e 0032 000b 01 71 00000005 ffffffff ce',
    (w) => methods.encodeQueueDeclareOk(w, 1, 'q', 5, 4294967295),
    { queue: 'q', messageCount: 5, consumerCount: 4294967295 },
  ],
  [
    'basic.qos',
    '01 0001 0000000b 003c 000a 00000000 0064 01 ce',
    (w) => methods.encodeBasicQos(w, 1, 0, 100, true),
    { prefetchSize: 0, prefetchCount: 100, global: true },
  ],
  [
    'basic.publish',
    '01 0001 0000000b 003c 0028 0000 01 65 01 6b 01 ce',
    (w) => methods.encodeBasicPublish(w, 1, 'e', 'k', true, false),
    { exchange: 'e', routingKey: 'k', mandatory: true, immediate: false },
  ],
  [
    'basic.return',
    `01 0001 00000012 003c 0032 0138 08 ${ascii('NO_ROUTE')} 00 01 6b ce`,
    (w) => methods.encodeBasicReturn(w, 1, 312, 'NO_ROUTE', '', 'k'),
    { replyCode: 312, replyText: 'NO_ROUTE', exchange: '', routingKey: 'k' },
  ],
  [
    'basic.deliver',
    '01 0001 00000013 003c 003c 01 74 0000000100000002 01 01 65 01 6b ce',
    (w) => methods.encodeBasicDeliver(w, 1, 't', 0x100000002, true, 'e', 'k'),
    { consumerTag: 't', deliveryTag: 0x100000002, redelivered: true, exchange: 'e', routingKey: 'k' },
  ],
  ['basic.get-empty', '01 0001 00000005 003c 0048 00 ce', (w) => methods.encodeBasicGetEmpty(w, 1)],
  [
    'basic.ack',
    '01 0001 0000000d 003c 0050 0000000000000007 01 ce',
    (w) => methods.encodeBasicAck(w, 1, 7, true),
    { deliveryTag: 7, multiple: true },
  ],
  [
    'basic.nack',
    '01 0001 0000000d 003c 0078 0000000000000007 02 ce',
    (w) => methods.encodeBasicNack(w, 1, 7n, false, true),
    { deliveryTag: 7, multiple: false, requeue: true },
  ],
  ['tx.rollback-ok', '01 0001 00000004 005a 001f ce', (w) => methods.encodeTxRollbackOk(w, 1)],
]

test('methods are written and read octet for octet', () => {
  for (const [name, octets, write, decoded] of GOLDEN) {
    const expected = octets.replace(/\s/g, '')
    assert.equal(frameOf(write), expected, name)
    const spec = METHODS.find((method) => method.name === name)
    assert.ok(spec, name)
    if (decoded === undefined) continue
    const frame = Buffer.from(expected, 'hex')
    assert.deepEqual(decoderOf(spec)?.(new ByteReader(frame, 11, frame.length - 1)), decoded, name)
  }
})

test('every method has the ids, name and functions that the table says', () => {
  assert.equal(METHODS.length, 66)
  assert.equal(methods.METHOD_NAMES.size, METHODS.length)
  for (const spec of METHODS) {
    const id = methods.MethodId[generatedName(spec) as keyof typeof methods.MethodId]
    assert.equal(id, spec.classId * 65536 + spec.methodId)
    assert.equal(methods.METHOD_NAMES.get(id), spec.name)
    assert.equal(typeof encoderOf(spec), 'function', spec.name)
    assert.equal(typeof decoderOf(spec), Object.keys(spec.args).length > 0 ? 'function' : 'undefined')
  }
})

test('random arguments of every method come back, and every prefix and overlong form is refused', () => {
  const random = new SeededRandom(testSeed())
  console.log(`# seed ${random.seed}`)
  for (const spec of METHODS) {
    for (let round = 0; round < 20; round++) {
      const values = randomArguments(random, spec)
      const writer = new ByteWriter(Buffer.alloc(0))
      encoderOf(spec)(writer, 513, ...Object.values(values))
      const frame = Buffer.from(writer.written())
      assert.equal(frame[0], 1)
      assert.equal(frame.readUInt16BE(1), 513)
      assert.equal(frame.readUInt32BE(3), frame.length - 8)
      assert.equal(frame[frame.length - 1], 0xce)
      const decode = decoderOf(spec)
      if (decode === undefined) {
        assert.equal(frame.length, 12)
        continue
      }
      const reader = new ByteReader(frame, 7, frame.length - 1)
      assert.equal(methods.METHOD_NAMES.get(reader.methodId()), spec.name)
      const expected = Object.keys(values).length === 0 ? undefined : values
      assert.deepEqual(decode(reader), expected, spec.name)

      for (let end = 11; end < frame.length - 1; end++) {
        reader.reset(frame, 11, end)
        assert.throws(() => decode(reader), CodecError, `${spec.name} cut to ${end}`)
      }
      reader.reset(frame, 11, frame.length)
      assert.throws(() => decode(reader), CodecError, `${spec.name} with an octet too many`)
    }
  }
})

test('arguments that do not decode are shown the way RabbitMQ shows them', () => {
  const reader = new ByteReader(Buffer.from('0032000a00000471', 'hex'))
  assert.equal(reader.methodId(), methods.MethodId.QueueDeclare)
  assert.throws(() => methods.decodeQueueDeclare(reader), {
    message: 'FRAME_ERROR - cannot decode <<0,0,4,113>>',
  })
})

test('the committed codec is what the table gives', () => {
  const generator = fileURLToPath(new URL('../../../scripts/generate-codec.js', import.meta.url))
  execFileSync(process.execPath, [generator, '--check'], { stdio: 'pipe' })
})
