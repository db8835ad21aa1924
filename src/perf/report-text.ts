import type { LatencyReport, MessageReport, OperationReport, Report } from './report.js'

const BAR_WIDTH = 40

/** A report for people, in lines that end with a line feed. The histogram is shown by the scenario `latency`. */
export function reportText(report: Report): string {
  const lines = report.kind === 'messages' ? messageLines(report) : operationLines(report)
  return lines.map((line) => `${line}\n`).join('')
}

function messageLines(report: MessageReport): string[] {
  const { id, published, consumed, left, leftBefore, nacked, returned } = report
  const before = leftBefore === 0 ? '' : `, ${leftBefore} before`
  return [
    `${id}: ${report.seconds.toFixed(2)} s measured`,
    `${id}: published ${published} (${rateText(report.publishRate)})`,
    ...(report.confirmed + nacked === 0
      ? []
      : [`${id}: confirmed ${report.confirmed} (${rateText(report.confirmRate)}), refused ${nacked}`]),
    ...(returned === 0 ? [] : [`${id}: returned ${returned}`]),
    `${id}: consumed ${consumed} (${rateText(report.consumeRate)})`,
    `${id}: left in the queues ${left}${before}`,
    ...latencyLines(id, 'latency', report.latency, report.scenario === 'latency'),
    ...latencyLines(id, 'confirm latency', report.confirmLatency, false),
  ]
}

function operationLines(report: OperationReport): string[] {
  const { id, operations, operation, rate, seconds } = report
  return [
    `${id}: ${operation}: ${operations} times in ${seconds.toFixed(2)} s (${Math.round(rate)}/s)`,
    ...latencyLines(id, 'time of one', report.latency, false),
  ]
}

function latencyLines(
  id: string,
  what: string,
  latency: LatencyReport | undefined,
  withHistogram: boolean,
): string[] {
  if (latency === undefined || latency.count === 0) return []
  const { min, p50, p75, p95, p99, p999, max } = latency
  const summary = `min/50/75/95/99/99.9/max ${[min, p50, p75, p95, p99, p999, max].join('/')} µs`
  return [`${id}: ${what} ${summary}`, ...(withHistogram ? histogramLines(latency) : [])]
}

function histogramLines({ histogram, count }: LatencyReport): string[] {
  const most = Math.max(...histogram.map((row) => row.count))
  return histogram.map((row) => {
    const bar = '#'.repeat(Math.ceil((row.count / most) * BAR_WIDTH))
    const share = ((row.count / count) * 100).toFixed(2)
    return `  up to ${String(row.upTo).padStart(9)} µs  ${share.padStart(6)} %  ${bar}`.trimEnd()
  })
}

/** `1234 msg/s`. */
export function rateText(perSecond: number): string {
  return `${Math.round(perSecond)} msg/s`
}
