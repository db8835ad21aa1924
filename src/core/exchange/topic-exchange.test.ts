import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, DoorFixture } from '../../../test/support/doors.js'
import { randomFrom } from '../../../test/support/random.js'
import { Binding, type Destination } from '../topology/binding.js'
import type { Exchange } from '../topology/exchange.js'
import type { QueueRecord } from '../topology/queue-record.js'
import { RoutedMessage } from './routed-message.js'
import { TopicMatcher } from './topic-exchange.js'

test('star is one word, hash is any number of words, and the empty key has none', () => {
  const fixture = new DoorFixture()
  const patterns = ['a.*', 'a.#', '#', '*', '*.b', '#.b', 'a.*.c', 'a.#.c', '*.*', '#.#', '*.#', 'a', '']
  fixture.exchange('x', 'topic')
  patterns.forEach((pattern) => {
    fixture.bind('x', fixture.queue(`q:${pattern}`), pattern)
  })
  const matches = (key: string) => fixture.route('x', key).map((name) => name.slice(2))
  const sorted = (...names: string[]) => names.sort()

  assert.deepEqual(matches('a'), sorted('a.#', '#', '*', '#.#', '*.#', 'a'))
  assert.deepEqual(matches('a.b'), sorted('a.*', 'a.#', '#', '*.b', '#.b', '*.*', '#.#', '*.#'))
  assert.deepEqual(matches(''), sorted('#', '#.#', ''))
  assert.deepEqual(matches('a.'), sorted('a.*', 'a.#', '#', '*.*', '#.#', '*.#'))
  assert.deepEqual(matches('.'), sorted('#', '*.*', '#.#', '*.#'))
  assert.deepEqual(matches('a..c'), sorted('a.#', '#', 'a.*.c', 'a.#.c', '#.#', '*.#'))
  assert.deepEqual(matches('a.b.b.c'), sorted('a.#', '#', 'a.#.c', '#.#', '*.#'))
})

test('a binding key with more than two hashes is refused', () => {
  const fixture = new DoorFixture()
  fixture.exchange('x', 'topic')
  fixture.queue('q')
  fixture.bind('x', 'q', '#.a.#')
  fixture.bind('x', 'q', 'a#.b#.c#.#')
  assertRefused(
    () => fixture.bind('x', 'q', '#.#.#'),
    "PRECONDITION_FAILED - Topic binding key '#.#.#' uses 3 '#' wildcards, at most 2 are allowed",
  )
})

test('the trie finds what comparing every pattern finds, while patterns come and go', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = randomFrom(seed)
  const pick = (words: readonly string[], most: number) =>
    Array.from(
      { length: Math.floor(random() * (most + 1)) },
      () => words[Math.floor(random() * words.length)],
    ).join('.')
  const matcher = new TopicMatcher()
  const bindings: Binding[] = []
  for (let i = 0; i < 4_000; i++) {
    if (random() < 0.3 && bindings.length > 0) {
      const [removed] = bindings.splice(Math.floor(random() * bindings.length), 1)
      matcher.remove(removed)
    } else if (random() < 0.5) {
      const binding = bindingOf(i, pick(['a', 'b', '', '*', '#', 'a*'], 5))
      bindings.push(binding)
      matcher.add(binding)
    }
    const key = pick(['a', 'b', '', 'c', 'a*', '#'], 6)
    assert.deepEqual(matched(matcher, key), compared(bindings, key), `seed ${seed}, key '${key}'`)
  }
  for (const binding of bindings) matcher.remove(binding)
  assert.deepEqual(matched(matcher, 'a'), [])
  assert.equal(nodesOf(matcher), 1, `seed ${seed}: empty nodes stay in the trie`)
})

test('a key of 128 words against patterns with two hashes takes no time', () => {
  const matcher = new TopicMatcher()
  for (let i = 0; i < 100; i++) matcher.add(bindingOf(i, `#.${'a.'.repeat(i % 10)}#.b${i}`))
  const key = `${'a.'.repeat(127)}a`
  const started = performance.now()
  matched(matcher, key)
  assert.ok(performance.now() - started < 1_000)
})

function bindingOf(id: number, pattern: string): Binding {
  const source = { kind: 'exchange', name: 'x' } as Exchange
  const destination = { kind: 'queue', id, name: `q${id}` } as QueueRecord
  return new Binding(source, destination, pattern, new Map())
}

function matched(matcher: TopicMatcher, key: string): string[] {
  const names = new Set<string>()
  matcher.match([key], new RoutedMessage(), { take: (found: Destination) => names.add(found.name) })
  return [...names].sort()
}

function compared(bindings: readonly Binding[], key: string): string[] {
  const words = key === '' ? [] : key.split('.')
  return bindings
    .filter(({ routingKey }) => fits(routingKey === '' ? [] : routingKey.split('.'), words))
    .map(({ destination }) => destination.name)
    .sort()
}

/** The definition of a topic match, written down naively. */
function fits(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return words.length === 0
  if (first === '#') return fits(rest, words) || (words.length > 0 && fits(pattern, words.slice(1)))
  return words.length > 0 && (first === '*' || first === words[0]) && fits(rest, words.slice(1))
}

function nodesOf(matcher: TopicMatcher): number {
  interface Node {
    readonly children: ReadonlyMap<string, Node>
    readonly star: Node | undefined
    readonly hash: Node | undefined
  }
  const count = (node: Node | undefined): number =>
    node === undefined
      ? 0
      : 1 +
        count(node.star) +
        count(node.hash) +
        [...node.children.values()].reduce((sum, n) => sum + count(n), 0)
  return count((matcher as unknown as { root: Node }).root)
}
