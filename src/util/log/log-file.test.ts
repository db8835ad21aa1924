import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { LogFile, type RotationOptions } from './log-file.js'
import { parseRotationDate } from './rotation-date.js'

const NEVER: RotationOptions = { sizeBytes: 0, date: undefined, count: 3, compress: false }

function start(t: TestContext, rotation: Partial<RotationOptions>, nowMs = () => Date.now()) {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-log-'))
  const failures: Error[] = []
  const path = join(folder, 'logs', 'x.log')
  const file = new LogFile(path, { ...NEVER, ...rotation }, (error) => failures.push(error), nowMs)
  t.after(async () => {
    await file.close()
    rmSync(folder, { recursive: true })
  })
  const write = (text: string) => writeSync(file.descriptor(), text)
  const read = () =>
    Object.fromEntries(
      readdirSync(join(folder, 'logs')).map((name) => {
        const octets = readFileSync(join(folder, 'logs', name))
        return [name, name.endsWith('.gz') ? `gz ${gunzipSync(octets)}` : String(octets)]
      }),
    )
  return { file, path, write, read, failures }
}

test('a file that is big enough is put aside, and only so many are kept', (t) => {
  const { write, read } = start(t, { sizeBytes: 3, count: 2 })
  for (const text of ['aaa', 'bbb', 'c', 'cc', 'ddd', 'e']) write(text)
  assert.deepEqual(read(), { 'x.log': 'e', 'x.log.0': 'ddd', 'x.log.1': 'ccc' })
})

test('a file is put aside when its moment comes, also when an earlier run wrote it', (t) => {
  let now = new Date(2026, 10, 26, 10).getTime()
  const { file, path, write, read } = start(t, { date: parseRotationDate('$D0') }, () => now)
  write('a')
  now = new Date(2026, 10, 26, 23, 59).getTime()
  write('b')
  now = new Date(2026, 10, 27, 0, 0).getTime()
  write('c')
  assert.deepEqual(read(), { 'x.log': 'c', 'x.log.0': 'ab' })
  void file.close()
  const yesterday = new Date(2026, 10, 25, 10)
  utimesSync(path, yesterday, yesterday)
  write('d')
  assert.deepEqual(read(), { 'x.log': 'd', 'x.log.0': 'c', 'x.log.1': 'ab' })
})

test('what was put aside is compressed, and stays so when it moves on', async (t) => {
  const { file, write, read } = start(t, { compress: true })
  write('a')
  file.rotate()
  write('b')
  await file.close()
  assert.deepEqual(read(), { 'x.log': 'b', 'x.log.0.gz': 'gz a' })
  file.rotate()
  write('c')
  await file.close()
  assert.deepEqual(read(), { 'x.log': 'c', 'x.log.0.gz': 'gz b', 'x.log.1.gz': 'gz a' })
})

test('with no file to keep what was written is dropped', (t) => {
  const { write, read } = start(t, { sizeBytes: 1, count: 0 })
  write('a')
  write('b')
  assert.deepEqual(read(), { 'x.log': 'b' })
})

test('after a reopening lines go to a new file: the old one was moved away', (t) => {
  const { file, path, write, read } = start(t, {})
  write('a')
  renameSync(path, `${path}.old`)
  write('b')
  file.reopen()
  write('c')
  assert.deepEqual(read(), { 'x.log': 'c', 'x.log.old': 'ab' })
})

test('a rotation that fails is told of, and the file goes on', (t) => {
  const { file, path, write, failures } = start(t, { count: 1 })
  write('a')
  // A folder is not removed as a file is.
  mkdirSync(`${path}.0`)
  file.rotate()
  write('b')
  file.rotate()
  write('c')
  assert.equal(failures.length, 2)
  assert.equal(readFileSync(path, 'utf8'), 'abc')
})
