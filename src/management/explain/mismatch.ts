import { type ReadonlyFieldTable, tableToPlain } from '../../core/field-table.js'
import type { Binding } from '../../core/topology/binding.js'
import type { Json } from '../json.js'

/** Why a binding, which did not match, did not: in words, for somebody who looks for the mistake. */
export function mismatchOf(
  exchangeType: string,
  binding: Binding,
  routingKey: string,
  headers: ReadonlyFieldTable,
): string {
  switch (exchangeType) {
    case 'direct':
      return directMismatch(binding.routingKey, routingKey)
    case 'topic':
      return topicMismatch(binding.routingKey, routingKey)
    case 'headers':
      return headersMismatch(binding.arguments, headers)
    default:
      return `the ${exchangeType} exchange did not choose it`
  }
}

export function directMismatch(bindingKey: string, routingKey: string): string {
  if (bindingKey.trim() === routingKey.trim()) return 'the keys differ in spaces only'
  if (bindingKey.toLowerCase() === routingKey.toLowerCase()) return 'the keys differ in upper and lower case'
  if (/[*#]/.test(bindingKey)) return 'direct exchanges compare keys as they are: * and # mean nothing here'
  return `the binding key '${bindingKey}' is not '${routingKey}'`
}

/** Names the first word that stands in the way. */
export function topicMismatch(pattern: string, routingKey: string): string {
  const wanted = pattern === '' ? [] : pattern.split('.')
  const given = routingKey === '' ? [] : routingKey.split('.')
  const partial = wanted.find((word) => word.length > 1 && /[*#]/.test(word))
  if (partial !== undefined) {
    return `'${partial}' is an ordinary word: * and # are wildcards only between dots`
  }
  const hash = wanted.indexOf('#')
  const fixed = hash < 0 ? wanted.length : hash
  for (let i = 0; i < fixed; i++) {
    const word = wanted[i]!
    if (i >= given.length) return `the key ends after ${words(i)}, the pattern goes on with '${word}'`
    if (word !== '*' && word !== given[i])
      return `word ${i + 1} is '${given[i]}', the pattern wants '${word}'`
  }
  if (hash < 0) return `the key has ${words(given.length)}, the pattern ${wanted.length}`
  const tail = wanted.slice(hash + 1).filter((word) => word !== '#')
  if (given.length < fixed + tail.length) {
    return `the key has ${words(given.length)}, the pattern needs at least ${fixed + tail.length}`
  }
  return `after '#' the pattern wants '${tail.join('.')}', which the key does not have there`
}

export function headersMismatch(args: ReadonlyFieldTable, headers: ReadonlyFieldTable): string {
  const wanted = tableToPlain(args)
  const given = tableToPlain(headers)
  const kind = typeof wanted['x-match'] === 'string' ? wanted['x-match'] : 'all'
  const names = Object.keys(wanted).filter(
    (name) => name !== 'x-match' && (kind.endsWith('-with-x') || !name.startsWith('x-')),
  )
  const faults = names.flatMap((name) => faultOf(name, wanted[name] ?? null, given[name]))
  if (kind.startsWith('any')) {
    return names.length === 0
      ? 'x-match is any, and the binding names no header'
      : `none of the headers agrees: ${faults.join('; ')}`
  }
  return faults.length === 0 ? 'the types of the header values differ' : faults.join('; ')
}

function faultOf(name: string, wanted: Json, given: Json | undefined): string[] {
  if (given === undefined) return [`header '${name}' is missing`]
  if (wanted === null || JSON.stringify(wanted) === JSON.stringify(given)) return []
  return [`header '${name}' is ${JSON.stringify(given)}, the binding wants ${JSON.stringify(wanted)}`]
}

function words(count: number): string {
  return count === 1 ? '1 word' : `${count} words`
}
