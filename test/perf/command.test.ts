import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startTestBroker } from '../support/broker.js'

const LAUNCHER = fileURLToPath(new URL('../../../bin/leveret-perf', import.meta.url))

async function command(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    // At the first progress line of a run that would go on for ever; a second signal would end it without a report.
    if (stderr === '' && args.includes('interrupted')) child.kill('SIGINT')
    stderr += text
  })
  const [status] = await once(child, 'close')
  return { status: status as number, stdout, stderr }
}

test('the report is JSON on stdout and progress goes to stderr', async (t) => {
  const broker = await startTestBroker(t)
  const run = await command('--uri', broker.url, '-a', '-z', '0.5', '-i', '0.1', '--json')
  assert.equal(run.status, 0)
  const report = JSON.parse(run.stdout)
  assert.equal(report.scenario, 'throughput')
  assert.equal(report.published, report.consumed + report.left)
  assert.match(run.stderr, /^id: leveret-perf, time: [\d.]+s, sent: \d+ msg\/s, received: \d+ msg\/s/)
})

test('latency shows percentiles and a histogram', async (t) => {
  const broker = await startTestBroker(t)
  const run = await command('latency', '--uri', broker.url, '-z', '0.3', '-i', '0')
  assert.equal(run.status, 0)
  assert.match(
    run.stdout,
    /latency min\/50\/75\/95\/99\/99.9\/max [\d/]+ µs\n {2}up to +\d+ µs +[\d.]+ % +#+/,
  )
  assert.equal(run.stderr, '')
})

test('an interrupted run reports what it did', async (t) => {
  const broker = await startTestBroker(t)
  const run = await command('--uri', broker.url, '-a', '-i', '0.05', '-d', 'interrupted')
  assert.equal(run.status, 0)
  assert.match(run.stdout, /^interrupted: published \d+ /m)
})

test('arguments that make no sense end with 64, a broker that is not there with 1', async () => {
  const wrong = await command('--size', 'x')
  assert.deepEqual([wrong.status, wrong.stdout], [64, ''])
  assert.match(wrong.stderr, /^leveret-perf: --size is a size/)
  const absent = await command('--uri', 'amqp://127.0.0.1:1')
  assert.deepEqual([absent.status, absent.stdout], [1, ''])
  assert.match(absent.stderr, /^leveret-perf: .*ECONNREFUSED/)
})

test('a refusal of the broker ends with 1 and its words', async (t) => {
  const broker = await startTestBroker(t)
  const run = await command('--uri', broker.url, '--predeclared', '--queue', 'nowhere')
  assert.equal(run.status, 1)
  assert.match(run.stderr, /NOT_FOUND - no queue 'nowhere'/)
})
