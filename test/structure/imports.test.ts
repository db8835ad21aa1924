import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix, sep } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cyclesIn, importsOf, objectionTo, targetOf } from './imports.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const LINES_MAX = 600

/** Modules of src/ without tests: path from src/ without extension, and source. */
const MODULES = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => ({
    module: file.split(sep).join('/').replace(/\.ts$/, ''),
    source: readFileSync(join(ROOT, 'src', file), 'utf8'),
  }))

test('no module imports what the import table does not list', () => {
  const objections = MODULES.flatMap(({ module, source }) =>
    importsOf(source).flatMap((found) => {
      const objection = objectionTo(module, found)
      return objection === undefined ? [] : [`src/${module}.ts: ${objection}`]
    }),
  )
  assert.deepEqual(objections, [])
})

/** Which folders import which: those of the import table, or all of them and only what is left at run time. */
function folderEdges(depth: 'table' | 'all'): Map<string, Set<string>> {
  const folderOf = (path: string) => (depth === 'table' ? path.split('/')[0]! : posix.dirname(path))
  const edges = new Map<string, Set<string>>()
  for (const { module, source } of MODULES.filter((each) => each.module.includes('/'))) {
    const counted = importsOf(source).filter(({ typeOnly }) => depth === 'table' || !typeOnly)
    const relatives = counted.filter(({ specifier }) => specifier.startsWith('.'))
    const targets = relatives.map(({ specifier }) => folderOf(targetOf(module, specifier)))
    edges.set(folderOf(module), new Set([...(edges.get(folderOf(module)) ?? []), ...targets]))
  }
  return edges
}

test('no folders of the table import each other in a ring', () => {
  assert.deepEqual(cyclesIn(folderEdges('table')), [])
})

test('no folders inside them need each other in a ring at run time', () => {
  assert.deepEqual(cyclesIn(folderEdges('all')), [])
})

test(`no written file of src/ is longer than ${LINES_MAX} lines`, () => {
  const written = MODULES.filter(({ module }) => !module.includes('/generated/'))
  const long = written.map(({ module, source }) => ({ module, lines: source.split('\n').length - 1 }))
  assert.deepEqual(
    long.filter(({ lines }) => lines > LINES_MAX),
    [],
  )
})

test('packages that src/ imports are runtime dependencies, and docs/dependencies.md gives a reason for each', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>
  const dependencies = Object.keys((manifest.dependencies ?? {}) as Record<string, string>)
  const imported = MODULES.flatMap(({ source }) => importsOf(source).map(({ specifier }) => specifier))
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
  const documented = readFileSync(join(ROOT, 'docs', 'dependencies.md'), 'utf8')
  assert.deepEqual(
    imported.filter((name) => builtinModules.includes(name) || !dependencies.includes(name)),
    [],
  )
  assert.deepEqual(
    dependencies.filter((name) => !documented.includes(`| \`${name}\` |`)),
    [],
  )
})

test('the checker sees every form of import', () => {
  const source = `
    import a, { type B } from './b.js'
    import type { C } from './c.js'
    import { type D, type E } from './d.js'
    import * as f from 'node:fs'
    export { g } from "./g.js"
    export * from './h.js'
    import './i.js'
    const j = await import('./j.js')
    // import { no } from './no.js'
    /** import('./no.js') */
  `
  const found = importsOf(source).map(({ specifier, typeOnly }) =>
    typeOnly ? `type ${specifier}` : specifier,
  )
  assert.deepEqual(found.sort(), [
    './b.js',
    './g.js',
    './h.js',
    './i.js',
    './j.js',
    'node:fs',
    'type ./c.js',
    'type ./d.js',
  ])
})

test('the checker objects to what the table forbids and lets pass what it allows', () => {
  const runtime = (specifier: string) => ({ specifier, typeOnly: false })
  assert.match(
    objectionTo('core/queue/queue', runtime('../../storage/log.js'))!,
    /may not import storage\/log/,
  )
  assert.match(objectionTo('core/vhost', runtime('../protocol/amqp091/frame.js'))!, /may not import/)
  assert.match(objectionTo('core/vhost', runtime('node:net'))!, /leaves node:net alone/)
  assert.match(objectionTo('plugins/shovel/link', runtime('../federation/link.js'))!, /may not import/)
  assert.match(objectionTo('plugin-api/host', runtime('../protocol/amqp091/frame.js'))!, /may not import/)
  assert.match(objectionTo('stray', runtime('./broker.js'))!, /belongs in a folder/)
  assert.match(objectionTo('newfolder/a', runtime('./b.js'))!, /no row/)
  assert.equal(objectionTo('core/vhost', runtime('../protocol/amqp091/reply-codes.js')), undefined)
  assert.equal(objectionTo('plugins/shovel/link', runtime('../../client/index.js')), undefined)
  assert.equal(
    objectionTo('plugin-api/host', { specifier: '../protocol/amqp091/frame.js', typeOnly: true }),
    undefined,
  )
})

test('the checker finds rings of folders, and leaves a folder and its own subfolder alone', () => {
  const ring = new Map([
    ['a', new Set(['b'])],
    ['b', new Set(['c'])],
    ['c', new Set(['a'])],
  ])
  assert.deepEqual(cyclesIn(ring), ['a > b > c > a'])
  const nested = new Map([
    ['core', new Set(['core/queue'])],
    ['core/queue', new Set(['core'])],
  ])
  assert.deepEqual(cyclesIn(nested), [])
})
