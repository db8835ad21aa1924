import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { lineFormatter } from './line-format.js'
import { LineOutput } from './line-output.js'
import { LineWriter } from './line-writer.js'

function fileIn(t: { after(fn: () => void): void }) {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-log-'))
  const path = join(folder, 'x.log')
  const descriptor = openSync(path, 'a')
  t.after(() => {
    closeSync(descriptor)
    rmSync(folder, { recursive: true })
  })
  return { path, descriptor }
}

test('lines are written in their order, however many come at once', async (t) => {
  const { path, descriptor } = fileIn(t)
  const writer = new LineWriter(() => descriptor)
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`)
  for (const line of lines) assert.ok(writer.write(line))
  await writer.flushed()
  assert.equal(readFileSync(path, 'utf8'), lines.join(''))
})

test('a disk that is full costs lines and no time, and a line says how many once there is room', async (t) => {
  const { path, descriptor } = fileIn(t)
  // Everything written there fails with ENOSPC.
  const full = openSync('/dev/full', 'a')
  t.after(() => closeSync(full))
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let current = full
  const failures: string[] = []
  const writer = new LineWriter(
    () => current,
    (error) => failures.push((error as NodeJS.ErrnoException).code ?? ''),
    100,
  )
  const output = new LineOutput(lineFormatter({ plaintext: '$msg' }), writer)
  const log = (message: string) => output.write({ timeMs: 0, level: 'info', category: 'default', message })
  for (let i = 0; i < 30; i += 1) log(`message ${i}`)
  await writer.flushed()
  assert.deepEqual(failures, ['ENOSPC'])
  log('one more')
  current = descriptor
  t.mock.timers.tick(1000)
  await writer.flushed()
  log('afterwards')
  await writer.flushed()
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  assert.deepEqual(lines.slice(0, 2), ['message 0', 'message 1'])
  const kept = lines.filter((line) => line.startsWith('message')).length
  assert.ok(kept < 30)
  assert.deepEqual(lines.slice(kept), [
    `${31 - kept} events are missing here: they could not be written in time`,
    'afterwards',
  ])
})

test('a file that cannot be opened is told of once and tried again', async (t) => {
  const { path, descriptor } = fileIn(t)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let isThere = false
  const failures: string[] = []
  const writer = new LineWriter(
    () => {
      if (!isThere) throw new Error('no such folder')
      return descriptor
    },
    ({ message }) => failures.push(message),
  )
  writer.write('a\n')
  t.mock.timers.tick(1000)
  t.mock.timers.tick(1000)
  assert.deepEqual(failures, ['no such folder'])
  isThere = true
  t.mock.timers.tick(1000)
  await writer.flushed()
  assert.equal(readFileSync(path, 'utf8'), 'a\n')
})

test('what waits is written before a process ends', (t) => {
  const { path, descriptor } = fileIn(t)
  const writer = new LineWriter(() => descriptor)
  writer.write('under way\n')
  writer.write('waits\n')
  writer.flushSync()
  assert.match(readFileSync(path, 'utf8'), /waits\n/)
})
