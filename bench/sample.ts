import { setTimeout as delay } from 'node:timers/promises'
import type { Row } from './battery.js'
import type { RunningBroker } from './brokers/broker-under-bench.js'
import type { Generator, Measured } from './generator.js'
import { processorSeconds } from './processor-time.js'

/** One run of one row against one broker. */
export interface Sample extends Measured {
  /** The smaller of published and consumed, per second; published where nobody consumes. */
  readonly throughput: number
  /** Processor time of the broker per message, in microseconds: a message is one publish and one delivery. */
  readonly processorMicros: number
}

/** Runs the generator, and looks at the broker's processor time while it measures. */
export async function takeSample(
  broker: RunningBroker,
  generator: Generator,
  row: Row,
  seconds: number,
): Promise<Sample> {
  const running = generator.run(row, broker.port, seconds)
  const [measured, processor] = await Promise.all([running, processorShare(broker.pid, generator, seconds)])
  const { publishRate, consumeRate } = measured
  const messages = row.consumers === 0 ? publishRate : (publishRate + consumeRate) / 2
  return {
    ...measured,
    throughput: row.consumers === 0 ? publishRate : Math.min(publishRate, consumeRate),
    processorMicros: (processor / messages) * 1e6,
  }
}

/** Processor seconds per second, over the time in which the generator measures. */
async function processorShare(pid: number, generator: Generator, seconds: number): Promise<number> {
  await delay(generator.leadSeconds * 1000)
  const [fromMs, from] = [performance.now(), processorSeconds(pid)]
  await delay(seconds * 1000)
  return (processorSeconds(pid) - from) / ((performance.now() - fromMs) / 1000)
}
