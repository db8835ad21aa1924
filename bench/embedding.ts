/**
 * What a broker inside a program costs: `node dist/bench/embedding.js [cycles]` after `npm run build`. Prints the time
 * from a cold `node` to the first connection of amqplib and what it is made of, warm starts, memory of a hundred
 * brokers, turns of the clock, and what a thousand start-stop cycles with traffic leave behind (`cycles`, 1000; 0 leaves
 * them out).
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type ChannelModel, connect } from 'amqplib'
import type { EmbeddedBroker, startBroker as StartBroker } from '../src/index.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LIBRARY = new URL('../lib/index.js', import.meta.url).href
const { startBroker } = (await import(LIBRARY)) as { startBroker: typeof StartBroker }
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const COLD_RUNS = 11
const WARM_RUNS = 50
const BROKERS = 100
const MIB = 1024 * 1024
const DAY_MS = 24 * 60 * 60 * 1000

const COLD = `
  const boot = performance.now()
  const { startBroker } = await import('leveret')
  const imported = performance.now()
  const broker = await startBroker()
  const started = performance.now()
  const { connect } = await import('amqplib')
  const client = performance.now()
  const connection = await connect(broker.url, { noDelay: process.argv[1] === 'noDelay' })
  const connected = performance.now()
  console.log(JSON.stringify([boot, imported - boot, started - imported, client - started, connected - client, connected]))
  await connection.close()
  await broker.stop()`

function cold(mode: 'noDelay' | 'nagle'): void {
  const runs = Array.from({ length: COLD_RUNS }, () => {
    const args = ['--input-type=module', '-e', COLD, mode]
    const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
    return JSON.parse(stdout) as number[]
  })
  const names = [
    'node itself',
    'import of leveret',
    'startBroker',
    'import of amqplib',
    'connect',
    'together',
  ]
  const medians = names.map((name, i) => `${name} ${median(runs.map((run) => run[i]!)).toFixed(0)}`)
  console.log(`cold, amqplib with ${mode}, ms: ${medians.join(', ')}`)
}

async function warm(): Promise<void> {
  const starts: number[] = []
  const connects: number[] = []
  const slowConnects: number[] = []
  const stops: number[] = []
  for (let i = 0; i < WARM_RUNS; i++) {
    const begin = performance.now()
    const broker = await startBroker()
    const started = performance.now()
    const connection = await connect(broker.url, { noDelay: true })
    const connected = performance.now()
    const slow = i % 5 === 0 ? await connect(broker.url) : undefined
    const slowConnected = performance.now()
    await Promise.all([connection.close(), slow?.close()])
    const closed = performance.now()
    await broker.stop()
    starts.push(started - begin)
    connects.push(connected - begin)
    if (slow !== undefined) slowConnects.push(slowConnected - connected + started - begin)
    stops.push(performance.now() - closed)
  }
  console.log(
    `warm, ms: start ${figures(starts)}; to amqplib's connection ${figures(connects)}, ` +
      `without noDelay ${figures(slowConnects)}; stop ${figures(stops)}`,
  )
}

async function hundred(): Promise<void> {
  collectGarbage()
  const before = process.memoryUsage.rss()
  const brokers: EmbeddedBroker[] = []
  const connections: ChannelModel[] = []
  const begin = performance.now()
  for (let i = 0; i < BROKERS; i++) brokers.push(await startBroker())
  const startedMs = performance.now() - begin
  for (const broker of brokers) {
    const connection = await connect(broker.url, { noDelay: true })
    const channel = await connection.createConfirmChannel()
    await channel.assertQueue('q')
    channel.sendToQueue('q', Buffer.alloc(1000))
    await channel.waitForConfirms()
    connections.push(connection)
  }
  const rss = process.memoryUsage.rss()
  console.log(
    `${BROKERS} brokers with a connection and a message each: started in ${startedMs.toFixed(0)} ms, ` +
      `resident ${mib(rss)}, ${mib(rss - before)} more than before`,
  )
  await Promise.all(connections.map((connection) => connection.close()))
  await Promise.all(brokers.map((broker) => broker.stop()))
}

async function clock(): Promise<void> {
  const broker = await startBroker({ clock: 'virtual', port: false, seed: 1 })
  const channel = await (await broker.connect()).channel()
  await channel.confirmSelect()
  await channel.declareQueue('out')
  let arrived = 0
  await channel.consume('out', () => arrived++, { noAck: true })
  const dead = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'out' }
  for (let day = 1; day <= 30; day++) {
    await channel.declareQueue(`day-${day}`, { arguments: { ...dead, 'x-message-ttl': day * DAY_MS } })
    await channel.publishConfirmed('', `day-${day}`, String(day))
  }
  const begin = performance.now()
  await broker.clock.advance('30 days')
  console.log(`clock: 30 days with 30 expiries, each delivered: ${(performance.now() - begin).toFixed(1)} ms`)
  if (arrived !== 30) throw new Error(`${arrived} messages arrived`)
  const times = Array.from({ length: 200 }, () => {
    const before = performance.now()
    broker.reset(broker.snapshot())
    return performance.now() - before
  })
  console.log(`snapshot and reset of 31 queues, ms: ${figures(times)}`)
  await broker.stop()
}

async function cycles(count: number): Promise<void> {
  const used = async (): Promise<number> => {
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setImmediate(resolve))
      collectGarbage()
    }
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const cycle = async (): Promise<void> => {
    const broker = await startBroker({ clock: 'virtual', faults: true })
    const connection = await connect(broker.url, { noDelay: true })
    const channel = await connection.createConfirmChannel()
    await channel.assertQueue('q', { messageTtl: 1000 })
    for (let i = 0; i < 10; i++) channel.sendToQueue('q', Buffer.alloc(1000))
    await channel.waitForConfirms()
    await channel.get('q')
    await broker.clock.advance('1 day')
    await connection.close()
    await broker.stop()
  }
  for (let i = 0; i < 50; i++) await cycle()
  const [before, rssBefore, handlesBefore] = [await used(), process.memoryUsage.rss(), handleCount()]
  const begin = performance.now()
  for (let i = 0; i < count; i++) await cycle()
  const tookMs = performance.now() - begin
  console.log(
    `${count} start-stop cycles with traffic, ${(tookMs / count).toFixed(1)} ms each: heap and buffers ` +
      `${mib((await used()) - before)} more, resident ${mib(process.memoryUsage.rss() - rssBefore)} more, ` +
      `${handleCount() - handlesBefore} handles more`,
  )
}

function handleCount(): number {
  return process.getActiveResourcesInfo().length
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

function figures(values: readonly number[]): string {
  return `${median(values).toFixed(1)} (worst ${Math.max(...values).toFixed(1)})`
}

function mib(octets: number): string {
  return `${(octets / MIB).toFixed(1)} MB`
}

cold('nagle')
cold('noDelay')
await warm()
await hundred()
await clock()
const count = Number(process.argv[2] ?? 1000)
if (count > 0) await cycles(count)
