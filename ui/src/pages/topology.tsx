import { type PointerEvent, useCallback, useEffect, useMemo, useRef, useState, type WheelEvent } from 'react'
import { api } from '../api/client.js'
import { useApi } from '../api/hooks.js'
import { Button, EmptyState, PageHeader, Waiting } from '../components/basics.js'
import { useVhost, useVhostNames, VhostChoice } from '../components/vhost-choice.js'
import { compact, plural, rate } from '../util/format.js'
import {
  GROUP_HEAD,
  type Graph,
  type GraphEdge,
  type GraphNode,
  graphOf,
  NODE_HEIGHT,
  NODE_WIDTH,
  ROW_HEIGHT,
} from '../util/graph.js'
import { href, setQuery, usePlace } from '../util/router.js'

const MARGIN = 28
const ZOOM_MIN = 0.08
const ZOOM_MAX = 2.5
/** Keys are written on all lines while there are no more. */
const LABELLED_EDGES_MAX = 40
const RADIUS = 8
/** Characters of a name that fit. */
const NAME_SHOWN = 25
/** Room for the head of an arrow. */
const ARROW = 7

/** The part of the graph that is in sight, in its own units. */
interface Sight {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export default function Topology() {
  const names = useVhostNames()
  const chosen = useVhost()
  const { query } = usePlace()
  const vhost = chosen === '' ? (names[0] ?? '') : chosen
  const enabled = vhost !== ''
  const every = 5000
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const showUnused = query.get('unused') === 'true'
  const filter = (query.get('name') ?? '').toLowerCase()
  const exchanges = useApi(api('/exchanges/{vhost}', { vhost }), { every, enabled })
  const queues = useApi(
    api(
      '/queues/{vhost}',
      { vhost },
      {
        columns:
          'name,type,arguments,effective_policy_definition,messages_ready,message_stats.publish_details.rate',
      },
    ),
    { every, enabled },
  )
  const bindings = useApi(api('/bindings/{vhost}', { vhost }), { every: 30_000, enabled })
  const graph = useMemo(
    () =>
      exchanges.data === undefined || queues.data === undefined || bindings.data === undefined
        ? undefined
        : graphOf(exchanges.data, queues.data, bindings.data, showUnused, opened),
    [exchanges.data, queues.data, bindings.data, showUnused, opened],
  )
  const error = exchanges.error ?? queues.error ?? bindings.error
  return (
    <div className="page">
      <PageHeader
        title="Topology"
        note="Messages go from left to right. Point at a node to see what it is tied to; Enter opens it."
      />
      <div className="filter-bar">
        <VhostChoice needsOne />
        <input
          className="input filter-medium"
          aria-label="Highlight by name"
          placeholder="highlight by name…"
          value={query.get('name') ?? ''}
          onChange={(event) => setQuery({ name: event.target.value })}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={showUnused}
            onChange={(event) => setQuery({ unused: event.target.checked ? true : undefined })}
          />
          <span>Show what is not bound</span>
        </label>
        {graph !== undefined && (
          <span className="muted">
            {plural(
              graph.nodes.reduce((sum, { members }) => sum + Math.max(1, members.length), 0),
              'node',
            )}
            , {plural(graph.edges.length, 'line')}
          </span>
        )}
      </div>
      {graph === undefined ? (
        <Waiting error={error} rows={12} />
      ) : graph.nodes.length === 0 ? (
        <EmptyState title="Nothing is bound here yet">
          Bind queues to exchanges, and the ways that messages take appear.
        </EmptyState>
      ) : (
        <GraphView
          key={vhost}
          graph={graph}
          vhost={vhost}
          filter={filter}
          onOpen={(id) => setOpened((before) => new Set([...before, id]))}
        />
      )}
    </div>
  )
}

function GraphView(props: {
  readonly graph: Graph
  readonly vhost: string
  readonly filter: string
  readonly onOpen: (id: string) => void
}) {
  const { graph, vhost, filter } = props
  const svg = useRef<SVGSVGElement>(null)
  const [sight, setSight] = useState<Sight>()
  const [pointed, setPointed] = useState<string>()
  const dragged = useRef<{ readonly x: number; readonly y: number; readonly sight: Sight } | undefined>(
    undefined,
  )
  const nodes = useMemo(() => new Map(graph.nodes.map((node) => [node.id, node])), [graph])
  const whole = wholeSight(graph, svg.current)
  const shown = sight ?? whole
  const lit = useMemo(() => litBy(graph, pointed, filter), [graph, pointed, filter])
  const [, redraw] = useState(0)
  // The frame has no size before it is drawn.
  useEffect(() => redraw(1), [])

  const zoom = useCallback(
    (factor: number, atX = 0.5, atY = 0.5) => {
      setSight((before) => {
        const from = before ?? wholeSight(graph, svg.current)
        const scale = (svg.current?.clientWidth ?? 1) / from.width
        const to = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, scale * factor))
        const ratio = scale / to
        return {
          width: from.width * ratio,
          height: from.height * ratio,
          x: from.x + from.width * atX * (1 - ratio),
          y: from.y + from.height * atY * (1 - ratio),
        }
      })
    },
    [graph],
  )
  function onWheel(event: WheelEvent): void {
    const box = event.currentTarget.getBoundingClientRect()
    zoom(
      Math.exp(-event.deltaY / 500),
      (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height,
    )
  }
  function onPointerMove(event: PointerEvent): void {
    const from = dragged.current
    if (from === undefined || event.buttons === 0) return
    const scale = from.sight.width / event.currentTarget.clientWidth
    setSight({
      ...from.sight,
      x: from.sight.x - (event.clientX - from.x) * scale,
      y: from.sight.y - (event.clientY - from.y) * scale,
    })
  }
  const isLabelled = graph.edges.length <= LABELLED_EDGES_MAX
  return (
    <div className="graph-frame">
      <svg
        ref={svg}
        className="graph"
        viewBox={`${shown.x} ${shown.y} ${shown.width} ${shown.height}`}
        aria-label={`Topology of ${vhost}`}
        onWheel={onWheel}
        onPointerDown={(event) => {
          dragged.current = { x: event.clientX, y: event.clientY, sight: shown }
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          dragged.current = undefined
        }}
      >
        <defs>
          {['arrow', 'arrow-live'].map((id) => (
            <marker
              key={id}
              id={id}
              className={`graph-${id}`}
              viewBox="0 0 8 8"
              refX="1"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0.5 8 4 0 7.5Z" />
            </marker>
          ))}
        </defs>
        {graph.edges.map((edge) => (
          <Edge
            key={edge.id}
            edge={edge}
            from={nodes.get(edge.from)}
            to={nodes.get(edge.to)}
            isFaint={lit !== undefined && !lit.edges.has(edge.id)}
            isLabelled={isLabelled || lit?.edges.has(edge.id) === true}
          />
        ))}
        {graph.nodes.map((node) => {
          const parts = {
            node,
            vhost,
            isFaint: lit !== undefined && !lit.nodes.has(node.id),
            onPoint: setPointed,
          }
          return node.kind === 'group' ? (
            <Group key={node.id} {...parts} onOpen={props.onOpen} />
          ) : (
            <Node key={node.id} {...parts} />
          )
        })}
      </svg>
      <div className="graph-tools">
        <Button aria-label="Closer" onClick={() => zoom(1.3)}>
          +
        </Button>
        <Button aria-label="Farther" onClick={() => zoom(1 / 1.3)}>
          −
        </Button>
        <Button onClick={() => setSight(undefined)}>Fit</Button>
      </div>
    </div>
  )
}

interface NodeProps {
  readonly node: GraphNode
  readonly vhost: string
  readonly isFaint: boolean
  readonly onPoint: (id: string | undefined) => void
}

/** Queues with the same sources, one under the other. */
function Group(props: NodeProps & { readonly onOpen: (id: string) => void }) {
  const { node, vhost, isFaint, onPoint, onOpen } = props
  const { id, x, y, name, members, listed, height } = node
  const left = members.length - listed
  return (
    <g
      className={`graph-node graph-queue ${isFaint ? 'is-faint' : ''} ${node.rate > 0 ? 'is-busy' : ''}`}
      onPointerEnter={() => onPoint(id)}
      onPointerLeave={() => onPoint(undefined)}
    >
      <rect x={x} y={y} width={NODE_WIDTH} height={height} rx={RADIUS} />
      <text className="graph-note" x={x + 14} y={y + 16}>
        {[name, node.rate > 0 ? rate(node.rate) : '', node.ready > 0 ? `${compact(node.ready)} ready` : '']
          .filter(Boolean)
          .join('  ')}
      </text>
      {members.slice(0, listed).map((member, i) => (
        <a
          key={member.id}
          className="graph-row"
          href={href(['queues', vhost, member.name])}
          draggable={false}
          onFocus={() => onPoint(id)}
          onBlur={() => onPoint(undefined)}
        >
          <text x={x + 14} y={y + GROUP_HEAD + i * ROW_HEIGHT + 12}>
            {shortened(member.name)}
          </text>
        </a>
      ))}
      {left > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: there are no buttons in a drawing
        <g
          className="graph-row"
          role="button"
          tabIndex={0}
          onClick={() => onOpen(id)}
          onKeyDown={(event) => event.key === 'Enter' && onOpen(id)}
        >
          <text x={x + 14} y={y + GROUP_HEAD + listed * ROW_HEIGHT + 12}>
            {plural(left, 'more queue')}…
          </text>
        </g>
      )}
    </g>
  )
}

function Node(props: NodeProps) {
  const { node, vhost, isFaint, onPoint } = props
  const { id, kind, name, note, rate: perSecond, ready, x, y } = node
  const numbers = [perSecond > 0 ? rate(perSecond) : '', ready > 0 ? `${compact(ready)} ready` : ''].filter(
    Boolean,
  )
  return (
    <a
      className={`graph-node graph-${kind} ${isFaint ? 'is-faint' : ''} ${perSecond > 0 ? 'is-busy' : ''}`}
      href={href([kind === 'queue' ? 'queues' : 'exchanges', vhost, name])}
      draggable={false}
      onPointerEnter={() => onPoint(id)}
      onPointerLeave={() => onPoint(undefined)}
      onFocus={() => onPoint(id)}
      onBlur={() => onPoint(undefined)}
    >
      {name.length > NAME_SHOWN && <title>{name}</title>}
      <rect
        x={x}
        y={y}
        width={NODE_WIDTH}
        height={NODE_HEIGHT}
        rx={kind === 'queue' ? RADIUS : NODE_HEIGHT / 2}
      />
      <text x={x + 14} y={y + 16}>
        {shortened(name)}
      </text>
      <text className="graph-note" x={x + 14} y={y + 30}>
        {[note, ...numbers].join('  ')}
      </text>
    </a>
  )
}

function Edge(props: {
  readonly edge: GraphEdge
  readonly from: GraphNode | undefined
  readonly to: GraphNode | undefined
  readonly isFaint: boolean
  readonly isLabelled: boolean
}) {
  const { edge, from, to, isFaint, isLabelled } = props
  if (from === undefined || to === undefined) return null
  const isBack = to.x <= from.x
  // Lines that lead back leave at the left and arrive at the right.
  const start = { x: isBack ? from.x : from.x + NODE_WIDTH, y: from.y + from.height / 2 }
  const end = { x: isBack ? to.x + NODE_WIDTH + ARROW : to.x - ARROW, y: to.y + to.height / 2 }
  const path = pathThrough(start, edge.via, end, isBack)
  const numbers = edge.rate > 0 ? `${edge.isExact ? '' : '≤ '}${rate(edge.rate)}` : ''
  const keys = edge.keys.length > 2 ? plural(edge.keys.length, 'key') : edge.keys.filter(Boolean).join(', ')
  const label = [keys.length > 28 ? `${keys.slice(0, 27)}…` : keys, numbers].filter(Boolean).join('  ')
  const width = edge.rate > 0 ? Math.min(5, 1.4 + Math.log10(1 + edge.rate) * 0.8) : 1.2
  return (
    <g className={`graph-edge ${edge.rate > 0 ? 'is-live' : ''} ${isFaint ? 'is-faint' : ''}`}>
      <path
        d={path}
        strokeWidth={width}
        strokeDasharray={edge.kind === 'binding' ? undefined : '5 4'}
        markerEnd={edge.rate > 0 ? 'url(#arrow-live)' : 'url(#arrow)'}
      >
        <title>{`${from.name} → ${to.name}: ${edge.keys.join(', ')} ${numbers}`}</title>
      </path>
      {isLabelled && !isBack && label !== '' && !isFaint && (
        <text x={end.x - 4} y={end.y - 5} textAnchor="end">
          {label}
        </text>
      )}
    </g>
  )
}

function shortened(name: string): string {
  return name.length > NAME_SHOWN ? `${name.slice(0, NAME_SHOWN - 1)}…` : name
}

function isNamed({ name, members }: GraphNode, filter: string): boolean {
  const named = members.length === 0 ? [name] : members.map((member) => member.name)
  return named.some((each) => each.toLowerCase().includes(filter))
}

interface Point {
  readonly x: number
  readonly y: number
}

/** A smooth line; level where it passes a layer. */
function pathThrough(start: Point, via: readonly Point[], end: Point, isBack: boolean): string {
  const sign = isBack ? -1 : 1
  let path = `M${start.x} ${start.y}`
  let from = start
  for (const point of [...via, undefined]) {
    const enter = point === undefined ? end : { x: isBack ? point.x + NODE_WIDTH : point.x, y: point.y }
    const bend = (Math.abs(enter.x - from.x) / 2) * sign
    path += `C${from.x + bend} ${from.y} ${enter.x - bend} ${enter.y} ${enter.x} ${enter.y}`
    if (point === undefined) break
    from = { x: isBack ? point.x : point.x + NODE_WIDTH, y: point.y }
    path += `L${from.x} ${from.y}`
  }
  return path
}

/** What stands out: the node pointed at with its neighbours, or all whose name fits. Undefined when nothing does. */
function litBy(graph: Graph, pointed: string | undefined, filter: string) {
  if (pointed === undefined && filter === '') return undefined
  const seeds = new Set(
    pointed === undefined
      ? graph.nodes.filter((node) => isNamed(node, filter)).map(({ id }) => id)
      : [pointed],
  )
  const edges = graph.edges.filter(({ from, to }) => seeds.has(from) || seeds.has(to))
  return {
    edges: new Set(edges.map(({ id }) => id)),
    nodes: new Set([...seeds, ...edges.flatMap(({ from, to }) => [from, to])]),
  }
}

function wholeSight({ width, height }: Graph, svg: SVGSVGElement | null): Sight {
  const needed = { width: width + 2 * MARGIN, height: height + 2 * MARGIN }
  const frame = { width: svg?.clientWidth || 1200, height: svg?.clientHeight || 700 }
  // Small graphs are not blown up.
  const scale = Math.min(1.15, frame.width / needed.width, frame.height / needed.height)
  const sight = { width: frame.width / scale, height: frame.height / scale }
  return { ...sight, x: (width - sight.width) / 2, y: (height - sight.height) / 2 }
}
