import { BrokerError } from '../errors.js'
import type { Binding, Destination } from '../topology/binding.js'
import { type BindingGroup, takeGroup, withBinding, withoutBinding } from './binding-group.js'
import type { DestinationSink, ExchangeMatcher, ExchangeType } from './exchange-matcher.js'
import type { RoutedMessage } from './routed-message.js'

/** Each `#` may stand for any number of words, so that the work of matching grows with their number. */
const HASHES_MAX = 2

/** `topic`: the binding key is a pattern of words, `*` for one word and `#` for any number of them. */
export const TOPIC_EXCHANGE: ExchangeType = {
  name: 'topic',
  description: 'AMQP topic exchange, as per the AMQP specification',
  checkBinding: (_destination: Destination, routingKey: string): void => checkPattern(routingKey),
  createMatcher: () => new TopicMatcher(),
}

function checkPattern(routingKey: string): void {
  const hashes = words(routingKey).filter((word) => word === '#').length
  if (hashes > HASHES_MAX) {
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `Topic binding key '${routingKey}' uses ${hashes} '#' wildcards, at most ${HASHES_MAX} are allowed`,
    )
  }
}

/** The words of a key. The empty key has none. */
function words(key: string): string[] {
  return key === '' ? [] : key.split('.')
}

/**
 * A trie of pattern words. Matching follows the words of a routing key through it and so costs what the key's length
 * and the wildcards on its way ask for, however many bindings lie elsewhere.
 */
export class TopicMatcher implements ExchangeMatcher {
  readonly byKeyAlone = true
  private readonly root = new TrieNode()

  add(binding: Binding): void {
    let node = this.root
    for (const word of steps(binding.routingKey)) node = node.childFor(word)
    node.group = withBinding(node.group, binding)
  }

  remove(binding: Binding): void {
    this.removeBelow(this.root, steps(binding.routingKey), 0, binding)
  }

  match(routingKeys: readonly string[], _message: RoutedMessage, out: DestinationSink): void {
    for (const key of routingKeys) matchBelow(this.root, words(key), 0, out)
  }

  /** Takes the binding out and, on the way back, the nodes that it leaves empty. */
  private removeBelow(node: TrieNode, path: readonly string[], at: number, binding: Binding): void {
    if (at === path.length) {
      node.group = withoutBinding(node.group, binding)
      return
    }
    const child = node.child(path[at])
    if (child === undefined) return
    this.removeBelow(child, path, at + 1, binding)
    if (child.isEmpty) node.dropChild(path[at])
  }
}

class TrieNode {
  group: BindingGroup | undefined
  readonly children = new Map<string, TrieNode>()
  star: TrieNode | undefined
  hash: TrieNode | undefined

  get isEmpty(): boolean {
    return this.group === undefined && this.isLeaf
  }

  get isLeaf(): boolean {
    return this.children.size === 0 && this.star === undefined && this.hash === undefined
  }

  child(word: string): TrieNode | undefined {
    if (word === '*') return this.star
    if (word === '#') return this.hash
    return this.children.get(word)
  }

  childFor(word: string): TrieNode {
    const existing = this.child(word)
    if (existing !== undefined) return existing
    const made = new TrieNode()
    if (word === '*') this.star = made
    else if (word === '#') this.hash = made
    else this.children.set(word, made)
    return made
  }

  dropChild(word: string): void {
    if (word === '*') this.star = undefined
    else if (word === '#') this.hash = undefined
    else this.children.delete(word)
  }
}

/** The words of a pattern as nodes of the trie: `#.#` matches what `#` does, and is walked once. */
function steps(pattern: string): string[] {
  return words(pattern).filter((word, i, all) => word !== '#' || all[i - 1] !== '#')
}

function matchBelow(node: TrieNode, key: readonly string[], at: number, out: DestinationSink): void {
  if (node.hash !== undefined) matchHash(node.hash, key, at, out)
  if (at === key.length) {
    if (node.group !== undefined) takeGroup(node.group, out)
    return
  }
  const child = node.children.get(key[at])
  if (child !== undefined) matchBelow(child, key, at + 1, out)
  if (node.star !== undefined) matchBelow(node.star, key, at + 1, out)
}

/** A `#` takes none, some or all of the words from `at` on. */
function matchHash(hash: TrieNode, key: readonly string[], at: number, out: DestinationSink): void {
  if (hash.group !== undefined) takeGroup(hash.group, out)
  if (hash.isLeaf) return
  for (let rest = at; rest < key.length; rest++) matchBelow(hash, key, rest, out)
}
