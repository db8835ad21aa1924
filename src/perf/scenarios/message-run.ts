import { Counters, type Totals } from '../counters.js'
import type { Histogram } from '../histogram.js'
import type { PerfOptions } from '../options.js'
import { Progress } from '../progress.js'
import { latencyReport, type MessageReport } from '../report.js'
import type { ConsumerSpec, PublisherSpec, RoleSpec } from '../roles.js'
import { pause, type RunControl } from '../run-control.js'
import { defaultThreads, SpreadLoad } from '../spread-load.js'
import { Topology } from '../topology.js'

/** How often a run looks whether its limits are reached, in milliseconds. */
const LOOK_MS = 10

/** Counters at one moment. */
interface Mark {
  readonly ms: number
  readonly totals: Totals
  readonly latency: Histogram
  readonly confirmLatency: Histogram
}

/**
 * Publishes and consumes until the time is over, all limits are reached, `receivedMax` messages have been received in
 * all or the signal comes. Afterwards everything
 * published is consumed or left: publishers and consumers end in turn, each with the broker's answer.
 */
export async function runMessages(
  options: PerfOptions,
  control: RunControl,
  receivedMax = Number.POSITIVE_INFINITY,
): Promise<MessageReport> {
  const topology = await Topology.open(options)
  let report: MessageReport
  try {
    report = await measure(options, control, topology, receivedMax)
  } catch (error) {
    await topology.close()
    throw error
  }
  await topology.close()
  return report
}

async function measure(
  options: PerfOptions,
  control: RunControl,
  topology: Topology,
  receivedMax: number,
): Promise<MessageReport> {
  const specs = rolesOf(options)
  const failure = new Failure()
  const threads =
    options.threads === 0 ? defaultThreads(specs.length) : Math.min(options.threads, specs.length)
  const load = new SpreadLoad(specs, threads, (error) => failure.set(error))
  const counters = new Counters(load.memory, threads)
  const mark = (): Mark => ({
    ms: performance.now(),
    totals: counters.totals(),
    latency: counters.latency(),
    confirmLatency: counters.confirmLatency(),
  })
  const leftBefore = await topology.readyMessages()
  let progress: Progress | undefined
  try {
    await load.open()
    const limited = specs.filter((spec) => spec.limit > 0).length
    const isOver = (): boolean => {
      const { done, received } = counters.totals()
      return failure.error !== undefined || (limited > 0 && done >= limited) || received >= receivedMax
    }
    await load.startPublishing()
    progress = new Progress(options.id, counters, options.intervalSeconds, (line) => control.progress(line))
    await wait(options.warmupSeconds, isOver, control.signal)
    const from = mark()
    await wait(options.seconds === 0 ? Infinity : options.seconds, isOver, control.signal)
    const to = mark()
    progress.stop()
    failure.check()
    await load.stopPublishing()
    await load.stopConsuming()
    failure.check()
    const left = await topology.readyMessages()
    return reportOf(options, from, to, counters.totals(), leftBefore, left)
  } finally {
    progress?.stop()
    await load.destroy()
  }
}

async function wait(seconds: number, isOver: () => boolean, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + seconds * 1000
  while (!isOver() && !signal.aborted) {
    const leftMs = untilMs - performance.now()
    if (leftMs <= 0) return
    await pause(Math.min(LOOK_MS, leftMs), signal)
  }
}

/** The first error of a connection that ended by itself. */
class Failure {
  error: Error | undefined

  set(error: Error): void {
    this.error ??= error
  }

  check(): void {
    if (this.error !== undefined) throw this.error
  }
}

function rolesOf(options: PerfOptions): RoleSpec[] {
  const queue = (i: number): string => options.queues[i % options.queues.length]
  const uri = (i: number): string => options.uris[i % options.uris.length]
  const consumers = Array.from(
    { length: options.consumers },
    (_, i): ConsumerSpec => ({
      kind: 'consumer',
      name: `${options.id} consumer ${i + 1}`,
      uri: uri(i),
      queue: queue(i),
      autoAck: options.autoAck,
      ackEvery: options.ackEvery,
      prefetch: options.prefetch,
      limit: options.consumeLimit,
      arguments: options.consumerArguments,
    }),
  )
  const publishers = Array.from(
    { length: options.publishers },
    (_, i): PublisherSpec => ({
      kind: 'publisher',
      name: `${options.id} publisher ${i + 1}`,
      uri: uri(i),
      exchange: options.exchange,
      routingKey: options.routingKey ?? queue(i),
      sizeBytes: options.sizeBytes,
      mandatory: options.mandatory,
      properties: options.persistent ? { deliveryMode: 2, ...options.properties } : options.properties,
      confirmWindow: options.confirmWindow,
      rate: options.rate,
      limit: options.publishLimit,
    }),
  )
  return [...consumers, ...publishers]
}

function reportOf(
  options: PerfOptions,
  from: Mark,
  to: Mark,
  end: Totals,
  leftBefore: number,
  left: number,
): MessageReport {
  const seconds = (to.ms - from.ms) / 1000
  const rate = (name: keyof Totals): number => (to.totals[name] - from.totals[name]) / seconds
  const latency = latencyReport(to.latency.since(from.latency))
  const confirmLatency = latencyReport(to.confirmLatency.since(from.confirmLatency))
  return {
    kind: 'messages',
    scenario: options.scenario,
    id: options.id,
    seconds,
    published: end.sent,
    confirmed: end.confirmed,
    nacked: end.nacked,
    returned: end.returned,
    consumed: end.received,
    leftBefore,
    left,
    publishRate: rate('sent'),
    confirmRate: rate('confirmed'),
    consumeRate: rate('received'),
    ...(latency === undefined ? {} : { latency }),
    ...(confirmLatency === undefined ? {} : { confirmLatency }),
  }
}
