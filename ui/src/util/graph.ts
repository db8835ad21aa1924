import type { Binding, Exchange, Queue } from '../api/types.js'

/** A group is several queues with the same sources; a bend is where a long line passes a layer. */
export type NodeKind = 'exchange' | 'queue' | 'group' | 'bend'

export interface GraphNode {
  readonly id: string
  readonly kind: NodeKind
  readonly name: string
  readonly note: string
  /** Messages per second that come in. */
  readonly rate: number
  /** Ready messages of a queue. */
  readonly ready: number
  /** The queues of a group. */
  readonly members: readonly GraphNode[]
  /** How many of them are listed. */
  readonly listed: number
  readonly height: number
  x: number
  y: number
}

export interface GraphEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  /** `binding`; the others are where messages go that match nothing, or die. */
  readonly kind: 'binding' | 'alternate' | 'dead-letter'
  readonly keys: readonly string[]
  /** Messages per second at most: the target has other sources too, unless {@link isExact}. */
  readonly rate: number
  readonly isExact: boolean
  /** Where it passes the layers between its ends. */
  readonly via: readonly { readonly x: number; readonly y: number }[]
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly width: number
  readonly height: number
}

export const NODE_WIDTH = 190
export const NODE_HEIGHT = 38
const LAYER_GAP = 150
const COLUMN_GAP = 46
const ROW_GAP = 14
/** Height of a column of queues; a layer with more has several. */
const COLUMN_HEIGHT_MAX = 1500
/** With more queues than this, those with the same sources are drawn as one. */
const SINGLE_QUEUES_MAX = 24
const GROUP_FROM = 3
/** Queues of a group that are listed until it is opened. */
const LISTED_MAX = 5
export const ROW_HEIGHT = 18
export const GROUP_HEAD = 24
const GROUP_FOOT = 8
const SWEEPS = 8
/** Room for a line that passes. */
const BEND_HEIGHT = 18
/** Most room between two nodes of a column. */
const SPREAD_MAX = 110

/**
 * Lays out a virtual host from left to right: exchanges by how far they are from where messages enter, then queues.
 * Neighbours are drawn to the same height, which keeps lines short and few of them crossing.
 */
export function graphOf(
  exchanges: readonly Exchange[],
  queues: readonly Queue[],
  bindings: readonly Binding[],
  showUnused: boolean,
  opened: ReadonlySet<string> = new Set(),
): Graph {
  const all = edgesOf(exchanges, queues, bindings)
  const used = new Set(all.flatMap(({ from, to }) => [from, to]))
  const single: GraphNode[] = [
    ...exchanges
      .filter(({ name }) => name !== '' && (showUnused || used.has(exchangeId(name))))
      .map((each) => exchangeNode(each)),
    ...queues
      .filter(({ name }) => showUnused || queues.length <= 60 || used.has(queueId(name)))
      .map(queueNode),
  ]
  const { nodes, edges } = grouped(single, all, opened)
  const known = new Set(nodes.map(({ id }) => id))
  const shown = edges.filter(({ from, to }) => known.has(from) && known.has(to))
  const layers = layersOf(nodes, shown)
  const bends = addBends(layers, shown)
  order(layers, [...shown, ...bends.links])
  return place(layers, shown, nodes, bends.of)
}

function exchangeNode({ name, type, message_stats: stats }: Exchange): GraphNode {
  const rate = stats?.publish_in_details?.rate ?? 0
  return { id: exchangeId(name), kind: 'exchange', name, note: type, rate, ready: 0, ...ALONE }
}

function queueNode({ name, type, message_stats: stats, messages_ready: ready = 0 }: Queue): GraphNode {
  const rate = stats?.publish_details?.rate ?? 0
  return { id: queueId(name), kind: 'queue', name, note: type, rate, ready, ...ALONE }
}

const ALONE = { members: [], listed: 0, height: NODE_HEIGHT, x: 0, y: 0 } as const

/** Draws queues with the same sources as one when there are many, with one line for theirs. */
function grouped(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  opened: ReadonlySet<string>,
): { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] } {
  const queues = nodes.filter(({ kind }) => kind === 'queue')
  if (queues.length <= SINGLE_QUEUES_MAX) return { nodes, edges }
  const sources = new Map<string, string[]>()
  for (const { from, to, kind } of edges) {
    if (kind === 'binding') sources.set(to, [...(sources.get(to) ?? []), from])
  }
  const alike = new Map<string, GraphNode[]>()
  for (const queue of queues) {
    const key = `g${(sources.get(queue.id) ?? []).sort().join('\r')}`
    alike.set(key, [...(alike.get(key) ?? []), queue])
  }
  const groups = [...alike].filter(([, members]) => members.length >= GROUP_FROM)
  const groupOf = new Map(
    groups.flatMap(([id, members]) => members.map((member) => [member.id, id] as const)),
  )
  const merged = new Map<string, GraphEdge>()
  for (const edge of edges) {
    const from = groupOf.get(edge.from) ?? edge.from
    const to = groupOf.get(edge.to) ?? edge.to
    const id = `${edge.kind}\n${from}\n${to}`
    const before = merged.get(id)
    merged.set(id, {
      ...edge,
      id,
      from,
      to,
      keys: [...new Set([...(before?.keys ?? []), ...edge.keys])],
      rate: edge.rate + (before?.rate ?? 0),
      isExact: edge.isExact && before?.isExact !== false,
    })
  }
  return {
    nodes: [
      ...nodes.filter(({ id }) => !groupOf.has(id)),
      ...groups.map(([id, members]) => groupNode(id, members, opened.has(id))),
    ],
    edges: [...merged.values()],
  }
}

function groupNode(id: string, members: readonly GraphNode[], isOpen: boolean): GraphNode {
  const listed = isOpen || members.length <= LISTED_MAX + 1 ? members.length : LISTED_MAX
  const rows = listed === members.length ? listed : listed + 1
  const busiest = [...members].sort(
    (a, b) => b.rate - a.rate || a.name.localeCompare(b.name, undefined, { numeric: true }),
  )
  return {
    id,
    kind: 'group',
    name: `${members.length} queues`,
    note: '',
    rate: members.reduce((sum, { rate }) => sum + rate, 0),
    ready: members.reduce((sum, { ready }) => sum + ready, 0),
    members: busiest,
    listed,
    height: GROUP_HEAD + rows * ROW_HEIGHT + GROUP_FOOT,
    x: 0,
    y: 0,
  }
}

function edgesOf(
  exchanges: readonly Exchange[],
  queues: readonly Queue[],
  bindings: readonly Binding[],
): readonly GraphEdge[] {
  const rates = new Map<string, number>([
    ...exchanges.map(
      ({ name, message_stats: s }) => [exchangeId(name), s?.publish_in_details?.rate ?? 0] as const,
    ),
    ...queues.map(({ name, message_stats: s }) => [queueId(name), s?.publish_details?.rate ?? 0] as const),
  ])
  const keysOf = new Map<string, string[]>()
  const sources = new Map<string, Set<string>>()
  for (const { source, destination, destination_type: type, routing_key: key } of bindings) {
    if (source === '') continue
    const to = type === 'queue' ? queueId(destination) : exchangeId(destination)
    const id = `${exchangeId(source)}\n${to}`
    const keys = keysOf.get(id)
    if (keys === undefined) keysOf.set(id, [key])
    else keys.push(key)
    const known = sources.get(to) ?? new Set()
    sources.set(to, known.add(source))
  }
  inferRates(rates, sources)
  const edges: GraphEdge[] = [...keysOf].map(([id, keys]) => {
    const [from = '', to = ''] = id.split('\n')
    const rate = Math.min(rates.get(from) ?? 0, rates.get(to) ?? 0)
    return { id, from, to, kind: 'binding', keys, rate, isExact: sources.get(to)?.size === 1, via: [] }
  })
  for (const { name, arguments: args } of exchanges) {
    const target = args['alternate-exchange']
    if (typeof target === 'string') edges.push(sideEdge('alternate', exchangeId(name), exchangeId(target)))
  }
  for (const { name, arguments: args, effective_policy_definition: policy } of queues) {
    const target = args['x-dead-letter-exchange'] ?? policy?.['dead-letter-exchange']
    const key = args['x-dead-letter-routing-key'] ?? policy?.['dead-letter-routing-key']
    if (typeof target !== 'string') continue
    const to = target === '' ? queueId(String(key ?? '')) : exchangeId(target)
    edges.push(sideEdge('dead-letter', queueId(name), to))
  }
  return edges
}

/**
 * The broker counts what is published to an exchange, not what comes by a binding: at least as much passes an exchange
 * as arrives where it is the only source. From the queues backwards, as far as exchanges feed one another.
 */
function inferRates(rates: Map<string, number>, sources: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (let isChanged = true; isChanged; ) {
    isChanged = false
    for (const [to, from] of sources) {
      const [source] = from
      if (from.size !== 1 || source === undefined) continue
      const rate = rates.get(to) ?? 0
      const id = exchangeId(source)
      if (rate <= (rates.get(id) ?? 0)) continue
      rates.set(id, rate)
      isChanged = true
    }
  }
}

function sideEdge(kind: GraphEdge['kind'], from: string, to: string): GraphEdge {
  return {
    id: `${kind}\n${from}\n${to}`,
    from,
    to,
    kind,
    keys: [kind.replace('-', ' ')],
    rate: 0,
    isExact: true,
    via: [],
  }
}

/** An exchange is one layer after the last exchange that leads to it; queues come last. Cycles are cut. */
function layersOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): GraphNode[][] {
  const incoming = new Map<string, string[]>()
  for (const { from, to, kind } of edges) {
    if (kind !== 'dead-letter' && to.startsWith('x')) incoming.set(to, [...(incoming.get(to) ?? []), from])
  }
  const depths = new Map<string, number>()
  const visiting = new Set<string>()
  function depthOf(id: string): number {
    const known = depths.get(id)
    if (known !== undefined) return known
    if (visiting.has(id)) return 0
    visiting.add(id)
    const depth = Math.max(-1, ...(incoming.get(id) ?? []).map(depthOf)) + 1
    visiting.delete(id)
    depths.set(id, depth)
    return depth
  }
  const exchanges = nodes.filter(({ kind }) => kind === 'exchange')
  const layers: GraphNode[][] = []
  for (const node of exchanges) {
    const depth = depthOf(node.id)
    layers[depth] = [...(layers[depth] ?? []), node]
  }
  const queues = nodes.filter(({ kind }) => kind === 'queue' || kind === 'group')
  return [...layers.map((layer) => layer ?? []), queues].filter((layer) => layer.length > 0)
}

interface Bends {
  readonly of: ReadonlyMap<string, readonly GraphNode[]>
  /** Neighbourhood of the bends, for the order. */
  readonly links: readonly { readonly from: string; readonly to: string }[]
}

/** Gives lines that pass layers a place in each of them, so that they do not run under what is there. */
function addBends(layers: GraphNode[][], edges: readonly GraphEdge[]): Bends {
  const layerOf = new Map(layers.flatMap((layer, i) => layer.map(({ id }) => [id, i] as const)))
  const of = new Map<string, GraphNode[]>()
  const links: { from: string; to: string }[] = []
  for (const { id, from, to } of edges) {
    const start = layerOf.get(from) ?? 0
    const end = layerOf.get(to) ?? 0
    const step = end > start ? 1 : -1
    if (Math.abs(end - start) < 2) continue
    const bends: GraphNode[] = []
    let before = from
    for (let i = start + step; i !== end; i += step) {
      const bend: GraphNode = {
        id: `b${i} ${id}`,
        kind: 'bend',
        name: id,
        note: '',
        rate: 0,
        ready: 0,
        ...ALONE,
      }
      layers[i]?.push(bend)
      links.push({ from: before, to: bend.id })
      before = bend.id
      bends.push(bend)
    }
    links.push({ from: before, to })
    of.set(id, bends)
  }
  return { of, links }
}

/** Sorts each layer by the mean place of its neighbours, to and fro. */
function order(
  layers: readonly GraphNode[][],
  edges: readonly { readonly from: string; readonly to: string }[],
): void {
  const neighbours = new Map<string, string[]>()
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to])
    neighbours.set(to, [...(neighbours.get(to) ?? []), from])
  }
  const places = new Map<string, number>()
  const note = (layer: readonly GraphNode[]): void => {
    for (const [i, { id }] of layer.entries()) places.set(id, layer.length < 2 ? 0.5 : i / (layer.length - 1))
  }
  for (const layer of layers) {
    layer.sort((a, b) => a.name.localeCompare(b.name))
    note(layer)
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of sweep % 2 === 0 ? layers : [...layers].reverse()) {
      const means = new Map(
        layer.map(({ id }) => [id, meanOf(neighbours.get(id) ?? [], places, places.get(id) ?? 0)]),
      )
      layer.sort((a, b) => (means.get(a.id) ?? 0) - (means.get(b.id) ?? 0) || a.name.localeCompare(b.name))
      note(layer)
    }
  }
}

function meanOf(ids: readonly string[], places: ReadonlyMap<string, number>, fallback: number): number {
  if (ids.length === 0) return fallback
  return ids.reduce((sum, id) => sum + (places.get(id) ?? 0), 0) / ids.length
}

function place(
  layers: readonly GraphNode[][],
  edges: readonly GraphEdge[],
  nodes: readonly GraphNode[],
  bends: ReadonlyMap<string, readonly GraphNode[]>,
): Graph {
  const columns = layers.map((layer) => columnsOf(layer))
  const tallest = Math.max(1, ...columns.flat().map(heightOf))
  let x = 0
  for (const layer of columns) {
    for (const column of layer) {
      placeColumn(column, x, tallest)
      x += NODE_WIDTH + COLUMN_GAP
    }
    x += LAYER_GAP - COLUMN_GAP
  }
  const bent = edges.map((edge) => ({
    ...edge,
    via: (bends.get(edge.id) ?? []).map((bend) => ({ x: bend.x, y: bend.y })),
  }))
  return { nodes, edges: bent, width: Math.max(NODE_WIDTH, x - LAYER_GAP), height: tallest }
}

/** Exchanges, with the bends between them, stay in one column; queues are dealt out, so that order stays height. */
function columnsOf(layer: readonly GraphNode[]): readonly (readonly GraphNode[])[] {
  const isQueues = layer.every(({ kind }) => kind === 'queue' || kind === 'group')
  const number = isQueues ? Math.ceil(heightOf(layer) / COLUMN_HEIGHT_MAX) : 1
  if (number < 2) return [layer]
  const columns = Array.from({ length: number }, (): GraphNode[] => [])
  for (const node of layer) {
    const shortest = columns.reduce((best, column) => (heightOf(column) < heightOf(best) ? column : best))
    shortest.push(node)
  }
  return columns
}

function heightOf(layer: readonly GraphNode[]): number {
  return layer.reduce((sum, node) => sum + roomOf(node), 0)
}

function roomOf({ kind, height }: GraphNode): number {
  return kind === 'bend' ? BEND_HEIGHT : height + ROW_GAP
}

/** Spread over the height, with what is left over between them. */
function placeColumn(layer: readonly GraphNode[], x: number, height: number): void {
  const spare = Math.min((height - heightOf(layer)) / Math.max(1, layer.length), SPREAD_MAX)
  let y = (height - heightOf(layer) - spare * layer.length) / 2
  for (const node of layer) {
    const room = roomOf(node) + spare
    node.x = x
    node.y = node.kind === 'bend' ? y + room / 2 : y + (room - node.height) / 2
    y += room
  }
}

export function exchangeId(name: string): string {
  return `x${name}`
}

export function queueId(name: string): string {
  return `q${name}`
}
