import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadInTurns } from './package-loader.js'

const require = createRequire(import.meta.url)

/** Where the modules of a test say that they run, and in which turn of the loop. */
const ran: { name: string; turn: number }[] = []
let turn = 0
Object.assign(globalThis, {
  ran: (name: string) => {
    ran.push({ name, turn })
    // Longer than a turn should take.
    const untilMs = performance.now() + 2
    while (performance.now() < untilMs);
  },
})

/** Writes modules, given by what they require, in a folder. */
function writeModules(t: TestContext, modules: Record<string, readonly string[]>): string {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-loader-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'lib'))
  for (const [name, needed] of Object.entries(modules)) {
    const lines = needed.map((each, i) => `const it${i} = require('${each}')`)
    const text = ["'use strict'", ...lines, `ran('${name}')`, `exports.name = '${name}'`].join('\n')
    writeFileSync(join(folder, `${name}.js`), text)
  }
  return folder
}

/** Loads the modules twice, from a folder each: at once, then in turns. */
async function loadBothWays(t: TestContext, modules: Record<string, readonly string[]>) {
  require(join(writeModules(t, modules), 'main.js'))
  const atOnce = ran.splice(0)
  const folder = writeModules(t, modules)
  let isLoaded = false
  const count = (): void => {
    turn += 1
    if (!isLoaded) setImmediate(count)
  }
  setImmediate(count)
  await loadInTurns(join(folder, 'main.js'))
  isLoaded = true
  return { atOnce, inTurns: ran.splice(0), folder }
}

function namesOf(entries: readonly { readonly name: string }[]): string[] {
  return entries.map(({ name }) => name)
}

test('files run in the order in which a require runs them, each in a turn of its own', async (t) => {
  const { atOnce, inTurns, folder } = await loadBothWays(t, {
    main: ['node:path', './a', './lib/d', './b'],
    a: ['./lib/c'],
    b: ['./a', './lib/c'],
    'lib/c': [],
    'lib/d': ['../a'],
  })
  assert.deepEqual(namesOf(inTurns), ['lib/c', 'a', 'lib/d', 'b', 'main'])
  assert.deepEqual(namesOf(inTurns), namesOf(atOnce))
  assert.equal(new Set(inTurns.map((each) => each.turn)).size, inTurns.length)
  assert.equal(require(join(folder, 'main.js')).name, 'main')
  assert.deepEqual(ran, [], 'a require afterwards runs nothing')
})

test('files that need one another run as they would, the rest in turns', async (t) => {
  const { atOnce, inTurns } = await loadBothWays(t, {
    main: ['./ring1', './leaf'],
    ring1: ['./ring2', './ring3'],
    ring2: ['./ring1', './leaf'],
    ring3: ['./ring2'],
    leaf: [],
  })
  assert.deepEqual(namesOf(inTurns), ['leaf', 'ring2', 'ring3', 'ring1', 'main'])
  assert.deepEqual(namesOf(inTurns), namesOf(atOnce))
  assert.equal(new Set(inTurns.map((each) => each.turn)).size, 3)
})

test('what a package does without is passed over, and so is a package that is not there', async (t) => {
  const folder = writeModules(t, { main: ['./broken', './there'], there: [] })
  writeFileSync(join(folder, 'broken.js'), "const gone = require('not-installed')\nthrow new Error('no')")
  await loadInTurns(join(folder, 'main.js'))
  assert.deepEqual(namesOf(ran.splice(0)), ['there'])
  await loadInTurns('not-installed')
})

test('of the framework of the HTTP API nothing is left to load', async () => {
  await loadInTurns('fastify')
  const loaded = Object.keys(require.cache).length
  const { fastify } = await import('fastify')
  assert.equal(typeof fastify, 'function')
  assert.equal(Object.keys(require.cache).length, loaded)
  assert.ok(loaded > 100, `${loaded} files`)
})
