/**
 * `node dist/bench/page-cost.js [--rounds 5] [--seconds 6] [--rate 5000] [--page '#/']`: what one open management page
 * costs a broker under traffic, as a share of a core. Every round measures the broker's processor time without and with
 * the page, and the difference is taken within a round. Ends with status 1 when it is more than we allow.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { connect } from '../src/client/index.js'
import { logIn, openBrowser, openPage } from '../test/ui/browser.js'
import { freeApiPorts, startAlone } from './brokers/leveret.js'
import { processorSeconds } from './processor-time.js'
import { median } from './statistics.js'

/** What a page may add, as a share of a core. */
const SHARE_MAX = 0.03
/** Between two batches of messages, in ms. */
const BATCH_MS = 10
/** After a page was opened or closed, until the measurement begins, in ms. */
const SETTLE_MS = 2000
const PREFETCH = 200

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    rate: { type: 'string', default: '5000' },
    page: { type: 'string', default: '#/' },
  },
})
const { management, args } = await freeApiPorts()
const { broker, end } = await startAlone({ withDataDirectory: false, args })
const browser = await openBrowser()
const traffic = await startTraffic(broker.port, Number(values.rate))
try {
  const { page } = await openPage(browser)
  const url = `http://127.0.0.1:${management}/`
  await logIn(page, url, 'guest', 'guest')
  const costs: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const shares = new Map<boolean, number>()
    for (const isOpen of round % 2 === 0 ? [false, true] : [true, false]) {
      await page.goto(isOpen ? `${url}${values.page}` : 'about:blank')
      shares.set(isOpen, await share(broker.pid))
    }
    const [alone, looked] = [shares.get(false)!, shares.get(true)!]
    costs.push(looked - alone)
    console.log(`round ${round + 1}: ${percent(alone)} alone, ${percent(looked)} with ${values.page}`)
  }
  const cost = median(costs)
  console.log(
    `${traffic.sent()} messages; a page costs ${percent(cost)} of a core (at most ${percent(SHARE_MAX)})`,
  )
  process.exitCode = cost < SHARE_MAX ? 0 : 1
} finally {
  await traffic.stop()
  await browser.close()
  await end()
}

/** Share of a core that the broker takes, after it has settled. */
async function share(pid: number): Promise<number> {
  await delay(SETTLE_MS)
  const [before, began] = [processorSeconds(pid), performance.now()]
  await delay(Number(values.seconds) * 1000)
  return (processorSeconds(pid) - before) / ((performance.now() - began) / 1000)
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`
}

/** So many messages a second through one queue. */
async function startTraffic(port: number, perSecond: number) {
  const connection = await connect({ host: '127.0.0.1', port })
  const channel = await connection.channel()
  await channel.declareQueue('traffic')
  await channel.qos(PREFETCH)
  await channel.consume('traffic', (delivery) => channel.ack(delivery))
  const body = Buffer.alloc(256, 'x')
  const began = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * perSecond
    for (; sent < due; sent++) channel.publish('', 'traffic', body)
  }, BATCH_MS)
  return {
    sent: () => sent,
    async stop(): Promise<void> {
      clearInterval(timer)
      await connection.close()
    },
  }
}
