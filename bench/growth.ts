/**
 * `node dist/bench/growth.js [--rounds N] [--messages N] [--only NAME,...] [--max N] [--data-dir]`: processor time of the
 * broker per message against how much there is of something else. See bench/README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LEVERET } from './brokers/leveret.js'
import { DIMENSIONS, type Dimension } from './growth/dimensions.js'
import type { GrowthRig } from './growth/load.js'
import { keepResult, machineFacts, stamp } from './machine.js'
import { median, tableText } from './statistics.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    messages: { type: 'string', default: '1000000' },
    only: { type: 'string' },
    max: { type: 'string', default: '10000000' },
    'data-dir': { type: 'boolean', default: false },
  },
})

/** What a flat cost may grow by. Cheaper is no fault: with few messages it is the grain of the clock. */
const FLAT_GROWTH_MAX = 0.25

interface Found {
  readonly dimension: string
  readonly size: number
  readonly nanos: number
  /** Against the smallest size. */
  readonly ratio: number
  /** Undefined where nothing is promised. */
  readonly isFlat: boolean | undefined
}

const folder = mkdtempSync(join(tmpdir(), 'leveret-bench-'))
const found: Found[] = []
try {
  const chosen = DIMENSIONS.filter(
    ({ name }) => values.only === undefined || values.only.split(',').includes(name),
  )
  for (const dimension of chosen) found.push(...(await grow(dimension)))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(text())
const json = JSON.stringify({ ...machineFacts(), messages: Number(values.messages), found }, undefined, 2)
console.log(`kept as ${keepResult(`growth-${stamp()}.json`, `${json}\n`)}`)

/** All sizes in turn, again and again, on one broker per dimension. */
async function grow(dimension: Dimension): Promise<Found[]> {
  const own = mkdtempSync(join(folder, `${dimension.name}-`))
  const broker = await LEVERET.start({ folder: own, withDataDirectory: values['data-dir'] })
  if (broker === undefined) return []
  try {
    const rig: GrowthRig = { broker, messages: Number(values.messages) }
    const sizes = dimension.sizes.filter((size) => size <= Number(values.max))
    const samples = new Map(sizes.map((size) => [size, [] as number[]]))
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const size of sizes) samples.get(size)?.push(await dimension.measure(rig, size))
    }
    const nanos = sizes.map((size) => median(samples.get(size) ?? []))
    return sizes.map((size, i) => {
      const ratio = nanos[i] / nanos[0]
      const isFlat = dimension.isFlat ? ratio - 1 < FLAT_GROWTH_MAX : undefined
      return { dimension: dimension.name, size, nanos: nanos[i], ratio, isFlat }
    })
  } finally {
    await broker.stop()
  }
}

function text(): string {
  return tableText([
    ['dimension', 'size', 'cpu ns/message', 'against least', 'flat'],
    ...found.map(({ dimension, size, nanos, ratio, isFlat }) => [
      dimension,
      size.toLocaleString('en'),
      nanos.toFixed(0),
      `${ratio.toFixed(2)}x`,
      isFlat === undefined ? '-' : isFlat ? 'yes' : 'no',
    ]),
  ])
}
