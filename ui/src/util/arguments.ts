import type { ArgumentType } from '../components/fields.js'
import { bytes, count, duration } from './format.js'

interface Known {
  readonly type: ArgumentType
  readonly hint: string
  /** What a value means, in words. */
  readonly explain?: (value: never) => string
}

const text = (hint: string, explain?: (value: string) => string): Known => ({
  type: 'string',
  hint,
  ...(explain && { explain: explain as (value: never) => string }),
})
const number = (hint: string, explain?: (value: number) => string): Known => ({
  type: 'number',
  hint,
  ...(explain && { explain: explain as (value: never) => string }),
})
const flag = (hint: string, explain?: (value: boolean) => string): Known => ({
  type: 'boolean',
  hint,
  ...(explain && { explain: explain as (value: never) => string }),
})

const OVERFLOWS: Readonly<Record<string, string>> = {
  'drop-head': 'When full, the oldest messages are dropped or dead-lettered.',
  'reject-publish': 'When full, new messages are refused: publishers with confirms get a nack.',
  'reject-publish-dlx': 'When full, new messages are refused and dead-lettered.',
}

/** Keys that policies and arguments share, without `x-`. */
const SHARED: Readonly<Record<string, Known>> = {
  'message-ttl': number(
    'ms until a message expires in the queue',
    (ms) => `Messages expire after ${duration(ms)}.`,
  ),
  expires: number(
    'ms without use after which the queue is deleted',
    (ms) => `The queue is deleted after ${duration(ms)} without use.`,
  ),
  'max-length': number('most ready messages', (most) => `At most ${count(most)} ready messages.`),
  'max-length-bytes': number(
    'most octets in the bodies of ready messages',
    (most) => `At most ${bytes(most)} of ready messages.`,
  ),
  overflow: text(
    'what happens when it is full: drop-head, reject-publish or reject-publish-dlx',
    (value) => OVERFLOWS[value] ?? value,
  ),
  'dead-letter-exchange': text('exchange that expired, rejected and dropped messages go to', (name) =>
    name === '' ? 'Dead letters go to the default exchange.' : `Dead letters go to exchange ${name}.`,
  ),
  'dead-letter-routing-key': text(
    'key of dead letters; without it they keep theirs',
    (key) => `Dead letters get the routing key ${key}.`,
  ),
  'dead-letter-strategy': text(
    'at-most-once or at-least-once',
    (value) => `Dead letters are moved ${value.replaceAll('-', ' ')}.`,
  ),
  'delivery-limit': number(
    'failed deliveries after which a message is dead-lettered (quorum queues)',
    (most) =>
      most < 0
        ? 'Messages may fail any number of times.'
        : `A message is dead-lettered after ${count(most)} failed deliveries.`,
  ),
  'max-age': text('how long a stream keeps messages: 7D, 12h', (age) => `Messages are kept for ${age}.`),
  'stream-max-segment-size-bytes': number(
    'size of the files of a stream',
    (size) => `The stream is kept in files of ${bytes(size)}.`,
  ),
  'consumer-timeout': number(
    'ms within which a delivery must be acknowledged',
    (ms) => `Deliveries must be acknowledged within ${duration(ms)}.`,
  ),
  'queue-leader-locator': text(
    'where the leader of a new queue goes: client-local or balanced',
    (value) => `The leader is placed ${value}.`,
  ),
}

/** Arguments of queues, with what they do. */
export const QUEUE_ARGUMENTS: Readonly<Record<string, Known>> = {
  ...Object.fromEntries(Object.entries(SHARED).map(([name, known]) => [`x-${name}`, known])),
  'x-max-age': SHARED['max-age'] as Known,
  'x-queue-type': text('classic, quorum or stream', (type) => `A ${type} queue.`),
  'x-max-priority': number(
    'highest priority of messages, 1 to 255',
    (most) => `Messages are ordered by priority 0 to ${most}.`,
  ),
  'x-single-active-consumer': flag('one consumer at a time gets messages, the others stand by', (on) =>
    on ? 'One consumer at a time gets messages; the others stand by.' : 'All consumers get messages.',
  ),
  'x-queue-mode': text(
    'has no effect: all queues keep most messages on disk',
    () => 'Has no effect here: every queue keeps its backlog on disk.',
  ),
  'x-quorum-initial-group-size': number(
    'how many nodes keep a quorum queue',
    (size) => `Kept on ${count(size)} nodes.`,
  ),
}

export const EXCHANGE_ARGUMENTS: Readonly<Record<string, Known>> = {
  'alternate-exchange': text(
    'exchange that takes what matches no binding',
    (name) => `What matches no binding goes to exchange ${name}.`,
  ),
}

/** Keys of policies. */
export const POLICY_KEYS: Readonly<Record<string, Known>> = {
  ...SHARED,
  'alternate-exchange': EXCHANGE_ARGUMENTS['alternate-exchange'] as Known,
}

/** What an argument or a policy's key does with this value; undefined when nobody here knows it. */
export function explained(name: string, value: unknown): string | undefined {
  const known = QUEUE_ARGUMENTS[name] ?? EXCHANGE_ARGUMENTS[name] ?? POLICY_KEYS[name]
  if (known === undefined) return undefined
  return known.explain?.(value as never) ?? known.hint
}
