import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCommandLine } from './command-line.js'
import { FLAGS, usage } from './flags.js'
import { DEFAULT_OPTIONS, type PerfOptions, SCENARIOS } from './options.js'

function optionsOf(...args: string[]): PerfOptions {
  const command = parseCommandLine(args)
  assert.ok(command.action === 'run')
  return command.options
}

function refuses(args: string[], message: string): void {
  assert.throws(() => parseCommandLine(args), { name: 'UsageError', message })
}

test('without arguments the defaults run', () => {
  assert.deepEqual(optionsOf(), DEFAULT_OPTIONS)
})

test("the letters of RabbitMQ's PerfTest are understood", () => {
  const options = optionsOf(
    ...'-h amqp://a -H amqp://b,amqp://c -x 2 -y 3 -s 1kb -r 50 -c 100 -A 10 -q 20 -f persistent'.split(' '),
    ...'-f mandatory -e ex -t topic -k key -u queue -z 1.5 -C 7 -D 8 -i 2 -d run'.split(' '),
  )
  assert.deepEqual(options, {
    ...DEFAULT_OPTIONS,
    uris: ['amqp://a', 'amqp://b', 'amqp://c'],
    id: 'run',
    publishers: 2,
    consumers: 3,
    sizeBytes: 1000,
    rate: 50,
    confirmWindow: 100,
    ackEvery: 10,
    prefetch: 20,
    persistent: true,
    mandatory: true,
    durable: true,
    exchange: 'ex',
    exchangeType: 'topic',
    routingKey: 'key',
    queues: ['queue'],
    seconds: 1.5,
    publishLimit: 7,
    consumeLimit: 8,
    intervalSeconds: 2,
  })
  assert.equal(optionsOf('-a').autoAck, true)
  assert.equal(optionsOf('-p').predeclared, true)
})

test('a scenario brings defaults that flags override', () => {
  assert.equal(optionsOf('latency').rate, 1000)
  assert.equal(optionsOf('latency', '-r', '5').rate, 5)
  assert.equal(optionsOf('backlog', '-C', '5').publishLimit, 5)
})

test('queues are named by pattern, by number or by the id', () => {
  const pattern = ['--queue-pattern', 'q-%d', '--queue-pattern-from', '3', '--queue-pattern-to', '5']
  assert.deepEqual(optionsOf(...pattern).queues, ['q-3', 'q-4', 'q-5'])
  assert.deepEqual(optionsOf('--queue-pattern', 'q%i', '--queues', '2').queues, ['q1', 'q2'])
  assert.deepEqual(optionsOf('--queues', '2', '-d', 'x').queues, ['x-1', 'x-2'])
  assert.deepEqual(optionsOf('-d', 'x').queues, ['x'])
})

test('arguments are numbers, booleans and text, and a replicated queue is durable', () => {
  const options = optionsOf(
    '--quorum-queue',
    '--queue-args',
    'x-max-length=10,x-overflow=reject-publish,x-b=true',
  )
  assert.deepEqual(options.queueArguments, {
    'x-queue-type': 'quorum',
    'x-max-length': 10,
    'x-overflow': 'reject-publish',
    'x-b': true,
  })
  assert.equal(options.durable, true)
})

test('message properties that are none become headers', () => {
  const options = optionsOf('--message-properties', 'priority=5,messageId=7,colour=red')
  assert.deepEqual(options.properties, { priority: 5, messageId: '7', headers: { colour: 'red' } })
})

test('arguments that make no sense are refused in words', () => {
  refuses(['nap'], `unknown scenario nap: ${SCENARIOS.join(', ')}`)
  refuses(['latency', 'backlog'], 'one scenario at a time, not latency and backlog')
  refuses(['-x', 'two'], '--producers is a whole number from 0, not two')
  refuses(['-q', '70000'], '--qos is a whole number from 0 to 65535, not 70000')
  refuses(['-s', '1x'], '--size is a size such as 16 or 4kb, not 1x')
  refuses(['-z', 'soon'], '--time is a number of seconds, not soon')
  refuses(['-f', 'loud'], '--flag is persistent or mandatory, not loud')
  refuses(['-h', 'http://a'], 'an AMQP URI has the form amqp://user:password@host:port/vhost')
  refuses(['--queue-pattern', 'q'], '--queue-pattern has a %d where the number goes')
  refuses(['--queue-args', 'x'], '--queue-args is KEY=VALUE,KEY=VALUE, not x')
  refuses(['--message-properties', 'priority=high'], '--message-properties: priority is a number, not high')
  refuses(['-A', '10', '-q', '5'], '--multi-ack-every 10 never comes with a prefetch (--qos) of 5')
  refuses(['-x', '0', '-y', '0'], 'a run without publishers and consumers does nothing')
  refuses(['--stream-queue'], 'consumers of a stream need a prefetch: --qos 1000')
  refuses(['--loud'], "Unknown option '--loud'")
})

test('the help names every flag and scenario', () => {
  for (const name of [...Object.keys(FLAGS).map((flag) => `--${flag}`), ...SCENARIOS]) {
    assert.ok(usage().includes(name), name)
  }
})
