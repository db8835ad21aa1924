import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const EXAMPLE = join(ROOT, 'examples', 'order-service')

/** Runs Node and resolves with what it said. Rejects with that when its status is not 0. */
function run(args: readonly string[], cwd = ROOT): Promise<string> {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: _options, ...environment } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: { ...environment, NO_COLOR: '1', CI: 'true' } })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    child.on('close', (status) =>
      status === 0 ? resolve(said) : reject(new Error(`status ${status}: ${said}`)),
    )
  })
}

/** A folder of a program that has Leveret among its packages. */
function program(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-program-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const packages = join(folder, 'node_modules')
  symlinkSync(join(ROOT, 'node_modules'), packages)
  return folder
}

test('the example passes under node:test', async () => {
  const said = await run(['--test', '--test-reporter=tap', join(EXAMPLE, 'test', 'orders.node.test.js')])
  assert.match(said, /^# pass 6$/m)
})

test('the example passes under vitest', async () => {
  const said = await run([join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', EXAMPLE])
  assert.match(said, /Tests\s+5 passed/)
})

test('a broker runs under jest, whose modules are CommonJS', async (t) => {
  const folder = program(t, {
    'package.json': '{ "name": "program", "private": true }',
    'broker.test.js': `
      const amqp = require('amqplib')
      const { startBroker } = require(${JSON.stringify(join(ROOT, 'cjs', 'index.cjs'))})
      const { brokerMatchers, perFile } = require(${JSON.stringify(join(ROOT, 'cjs', 'testing.cjs'))})
      expect.extend(brokerMatchers)
      const broker = perFile({ beforeAll, afterAll, beforeEach }, { clock: 'virtual' })
      test('works', async () => {
        const connection = await amqp.connect(broker().url)
        const channel = await connection.createConfirmChannel()
        await channel.assertQueue('q', { messageTtl: 1000 })
        channel.sendToQueue('q', Buffer.from('m'))
        await channel.waitForConfirms()
        expect(broker()).toHavePublished({ routingKey: 'q', body: 'm' })
        expect(broker().queue('q')).toHaveDepth(1)
        await expect(broker().queue('q')).toHoldMessages(['m'])
        await broker().clock.advance('1s')
        expect(broker().queue('q')).toHaveDepth(0)
        await connection.close()
        const another = await startBroker({ port: false })
        const own = await another.connect()
        await own.close()
        await another.stop()
      })`,
  })
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js')
  const said = await run([jest, '--rootDir', folder, '--detectOpenHandles'], folder)
  assert.match(said, /Tests:\s+1 passed/)
  assert.doesNotMatch(said, /open handle/)
})

test('CommonJS and ES modules get the same library', async (t) => {
  const folder = program(t, { 'package.json': '{ "name": "program", "private": true }' })
  writeFileSync(
    join(folder, 'both.cjs'),
    `const required = require(${JSON.stringify(join(ROOT, 'cjs', 'index.cjs'))})
     import(${JSON.stringify(join(ROOT, 'dist', 'lib', 'index.js'))}).then(async (imported) => {
       if (required.startBroker !== imported.startBroker) throw new Error('there are two libraries')
       const broker = await required.startBroker()
       await broker.stop()
       console.log('same')
     })`,
  )
  assert.match(await run(['both.cjs'], folder), /same/)
})

test('a program that starts a broker and stops it ends by itself', async () => {
  const said = await run([
    '--input-type=module',
    '-e',
    `
    import { startBroker } from 'leveret'
    const broker = await startBroker({ clock: 'virtual', faults: true })
    const connection = await broker.connect()
    await broker.stop()
    const rest = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')
    console.log(rest.length === 0 ? 'nothing is open' : rest.join())
  `,
  ])
  assert.match(said, /nothing is open/)
})
