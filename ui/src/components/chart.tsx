import { useEffect, useMemo, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Details } from '../api/types.js'
import { useQueryParam } from '../util/router.js'

import { useTheme } from './theme.js'

/** What the broker keeps: how far back, and how far apart, in seconds. */
const RANGES = {
  '1m': { text: '1 min', age: 60, incr: 5 },
  '10m': { text: '10 min', age: 600, incr: 5 },
  '1h': { text: '1 h', age: 3600, incr: 60 },
  '8h': { text: '8 h', age: 28_800, incr: 600 },
  '24h': { text: '24 h', age: 86_400, incr: 1800 },
} as const

const POWERS_OF_TWO = Array.from({ length: 41 }, (_, i) => 2 ** i)

type RangeName = keyof typeof RANGES
const RANGE_NAMES = Object.keys(RANGES) as readonly RangeName[]
/** What the address leaves out. */
const DEFAULT_RANGE: RangeName = '10m'

export function RangeChoice() {
  const [value, setValue] = useQueryParam('range', DEFAULT_RANGE)
  return (
    <fieldset className="segmented">
      <legend className="visually-hidden">Range of the charts</legend>
      {RANGE_NAMES.map((name) => (
        <button key={name} type="button" aria-pressed={name === value} onClick={() => setValue(name)}>
          {RANGES[name].text}
        </button>
      ))}
    </fieldset>
  )
}

/** The parameters that ask for samples of the chosen range. */
export function useRangeQuery(): Record<string, number> {
  const [value] = useQueryParam('range', DEFAULT_RANGE)
  const { age, incr } = RANGES[RANGE_NAMES.find((name) => name === value) ?? DEFAULT_RANGE]
  return useMemo(() => {
    const query: Record<string, number> = {}
    for (const kind of ['lengths', 'msg_rates', 'data_rates', 'node_stats']) {
      query[`${kind}_age`] = age
      query[`${kind}_incr`] = incr
    }
    return query
  }, [age, incr])
}

export interface Series {
  readonly label: string
  /** One of the theme's chart colours. */
  readonly color: 1 | 2 | 3 | 4 | 5 | 6
  readonly details: Details | undefined
  /** `rate`: how fast the samples grow; `value`: the samples themselves. */
  readonly kind: 'rate' | 'value'
  /** The value now, when the newest sample is not it. */
  readonly now?: number | undefined
}

interface ChartProps {
  readonly label: string
  readonly series: readonly Series[]
  readonly format: (value: number | undefined) => string
  /** Octets, which are counted in powers of two. */
  readonly isBinary?: boolean
}

/** Lines over time with a legend of what they are now. Keeps its size whatever comes. */
export function Chart({ label, series, format, isBinary = false }: ChartProps) {
  const { theme } = useTheme()
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const data = useMemo(() => dataOf(series), [series])
  const latest = useRef(data)
  latest.current = data
  const names = series.map(({ label: each, color }) => `${each}/${color}`).join()
  const isEmpty = data[0].length === 0

  // biome-ignore lint/correctness/useExhaustiveDependencies: a plot is made anew for other lines or colours only
  useEffect(() => {
    const element = frame.current
    if (element === null || isEmpty) return
    const made = new uPlot(optionsOf(element, series, format, isBinary), latest.current, element)
    plot.current = made
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: element.clientHeight })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [names, theme, isEmpty])
  useEffect(() => plot.current?.setData(data), [data])

  return (
    <figure className="chart" aria-label={label}>
      <figcaption className="legend">
        {series.map((each) => (
          <span key={each.label} className="legend-item">
            <span className={`legend-dot chart-${each.color}`} />
            {each.label}
            <strong className="number">{format(each.now ?? lastOf(each))}</strong>
          </span>
        ))}
      </figcaption>
      <div ref={frame} className="chart-frame">
        {isEmpty && <p className="chart-empty">No samples yet. The first come within some seconds.</p>}
      </div>
    </figure>
  )
}

function lastOf({ details, kind }: Series): number | undefined {
  return kind === 'rate' ? details?.rate : details?.samples?.[0]?.sample
}

/** Samples come newest first, as running totals. */
function dataOf(series: readonly Series[]): uPlot.AlignedData {
  const times = series.find(({ details }) => details?.samples !== undefined)?.details?.samples ?? []
  const seconds = times.map(({ timestamp }) => timestamp / 1000).reverse()
  const usesRates = series.some(({ kind }) => kind === 'rate')
  const lines = series.map(({ details, kind }) => {
    const samples = [...(details?.samples ?? [])].reverse()
    if (kind === 'value') return samples.map(({ sample }) => sample)
    return samples.map(({ sample, timestamp }, i) => {
      const before = samples[i - 1]
      if (before === undefined) return null
      return Math.max(0, ((sample - before.sample) * 1000) / (timestamp - before.timestamp))
    })
  })
  // The first sample has no rate.
  const from = usesRates ? 1 : 0
  const padded = lines.map((line) => {
    const full = line.length === seconds.length ? line : seconds.map(() => null)
    return full.slice(from)
  })
  return [seconds.slice(from), ...padded]
}

function optionsOf(
  element: HTMLElement,
  series: readonly Series[],
  format: (value: number) => string,
  isBinary: boolean,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const font = `11px ${color('--font')}`
  const axis = {
    stroke: color('--text-faint'),
    font,
    grid: { stroke: color('--line-soft'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { points: { size: 6 }, y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, (high ?? 1) * 1.1)] } },
    axes: [
      { ...axis, space: 90, size: 26, values: (_plot, ticks) => ticks.map(clock) },
      {
        ...axis,
        size: 68,
        space: 32,
        ...(isBinary && { incrs: POWERS_OF_TWO }),
        values: (_plot, ticks) => ticks.map((tick) => format(tick)),
      },
    ],
    series: [
      {},
      ...series.map(({ label, color: number }) => ({
        label,
        stroke: color(`--chart-${number}`),
        fill: `${color(`--chart-${number}`)}14`,
        width: 1.75,
        points: { show: false },
      })),
    ],
    plugins: [tooltip(series, format)],
  }
}

/** What the lines are under the pointer. */
function tooltip(series: readonly Series[], format: (value: number) => string): uPlot.Plugin {
  const box = document.createElement('div')
  box.className = 'chart-tooltip'
  box.hidden = true
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const { idx, left = -1 } = plot.cursor
        box.hidden = idx === null || idx === undefined || left < 0
        if (box.hidden || typeof idx !== 'number') return
        const time = document.createElement('strong')
        time.textContent = new Date((plot.data[0][idx] ?? 0) * 1000).toLocaleTimeString()
        const lines = series.map(({ label, color }, i) => {
          const line = document.createElement('div')
          const dot = document.createElement('span')
          dot.className = `legend-dot chart-${color}`
          const value = plot.data[i + 1]?.[idx]
          line.append(dot, `${label}  ${value === null || value === undefined ? '–' : format(value)}`)
          return line
        })
        box.replaceChildren(time, ...lines)
        const isRight = left > plot.over.clientWidth / 2
        box.style.left = isRight ? '' : `${left + 12}px`
        box.style.right = isRight ? `${plot.over.clientWidth - left + 12}px` : ''
      },
    },
  }
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })
}
