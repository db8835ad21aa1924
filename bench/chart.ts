import type { Comparison } from './comparison.js'
import { timesText } from './statistics.js'

const LABEL_WIDTH = 260
const PLOT_WIDTH = 520
const BAR_HEIGHT = 18
const GROUP_GAP = 14
const TOP = 56
const COLOURS = ['#3566a8', '#c0702c']

interface Bar {
  readonly label: string
  readonly value: number
  readonly target: number | undefined
}

/** Bars of how many times better we are, on a logarithmic scale that begins at equality, as an SVG document. */
export function chartOf(comparisons: readonly Comparison[], title: string): string {
  const groups = comparisons.map((each) => ({
    label: `${each.row} / ${each.rival}`,
    bars: barsOf(each),
  }))
  const values = groups.flatMap(({ bars }) => bars.flatMap((bar) => [bar.value, bar.target ?? 1]))
  const least = Math.min(1, ...values.filter((value) => value > 0))
  const most = Math.max(2, ...values.filter(Number.isFinite)) * 1.1
  const x = (value: number): number =>
    LABEL_WIDTH + (Math.log(value / least) / Math.log(most / least)) * PLOT_WIDTH
  const lines: string[] = []
  let y = TOP
  for (const { label, bars } of groups) {
    lines.push(text(LABEL_WIDTH - 10, y + (bars.length * BAR_HEIGHT) / 2 + 4, label, 'end'))
    bars.forEach((bar, index) => {
      if (Number.isFinite(bar.value)) lines.push(...drawBar(bar, x, y, COLOURS[Math.min(index, 1)]))
      y += BAR_HEIGHT
    })
    y += GROUP_GAP
  }
  const height = y + 20
  const width = LABEL_WIDTH + PLOT_WIDTH + 140
  const ticks = [1, 2, 5, 10, 20, 50, 100, 200].filter((tick) => tick >= least && tick <= most)
  const grid = ticks.flatMap((tick) => [
    `<line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 8}" y2="${y}" stroke="${tick === 1 ? '#444' : '#ddd'}"/>`,
    text(x(tick), TOP - 14, `${tick}x`, 'middle'),
  ])
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(10, 20, title, 'start'),
    ...grid,
    ...lines,
    '</svg>\n',
  ].join('\n')
}

function barsOf(comparison: Comparison): Bar[] {
  const { throughput, p50, p99, processor, targetRatio, targetProcessor } = comparison
  return [
    ...(throughput === undefined
      ? []
      : [{ label: 'throughput', value: throughput.median, target: targetRatio }]),
    ...(p50 === undefined ? [] : [{ label: 'p50', value: p50.median, target: targetRatio }]),
    ...(p99 === undefined ? [] : [{ label: 'p99', value: p99.median, target: targetRatio }]),
    { label: 'cpu', value: processor.median, target: targetProcessor },
  ]
}

/** A bar from equality to its value, and a mark where the target is. */
function drawBar(bar: Bar, x: (value: number) => number, y: number, colour: string): string[] {
  const [from, to] = [x(1), x(bar.value)].sort((a, b) => a - b)
  const mark = bar.target === undefined ? undefined : x(bar.target)
  return [
    `<rect x="${from}" y="${y + 2}" width="${Math.max(1, to - from)}" height="${BAR_HEIGHT - 4}" fill="${colour}"/>`,
    text(to + 6, y + 13, `${timesText(bar.value)} ${bar.label}`, 'start'),
    ...(mark === undefined
      ? []
      : [
          `<line x1="${mark}" x2="${mark}" y1="${y}" y2="${y + BAR_HEIGHT}" stroke="#b00" stroke-width="2"/>`,
        ]),
  ]
}

function text(x: number, y: number, content: string, anchor: string): string {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;')
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped}</text>`
}
