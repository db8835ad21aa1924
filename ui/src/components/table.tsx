import { useWindowVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Paged } from '../api/client.js'
import { count } from '../util/format.js'
import { setQuery, usePlace } from '../util/router.js'
import { Button } from './basics.js'
import { Icon } from './icon.js'

const ROW_HEIGHT_PX = 40
/** Tables with fewer rows are drawn whole. */
const VIRTUAL_FROM_ROWS = 80
/** Tables that are narrower leave the minor columns out. */
const NARROW_PX = 600

export interface Column<T> {
  readonly id: string
  readonly head: string
  /** What the column means, on hover. */
  readonly hint?: string
  /** Share of the width. Default 1. */
  readonly grow?: number
  /** Least width in px. */
  readonly width: number
  readonly isNumber?: boolean
  /** Left out where there is little room. */
  readonly isMinor?: boolean
  /** What the list is sorted by: a field's name for lists that the broker sorts, a function for the others. */
  readonly sort?: string | ((item: T) => string | number)
  readonly cell: (item: T) => ReactNode
}

interface TableProps<T> {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  /** The address of an item's page, for Enter. */
  readonly hrefOf?: (item: T) => string
  readonly empty: ReactNode
  /** Chosen items by key; with it rows can be chosen. */
  readonly selection?: { readonly chosen: ReadonlySet<string>; change(chosen: ReadonlySet<string>): void }
  readonly isStale?: boolean
  /** Called by Enter or a click on a row of tables whose items have no page. */
  readonly onOpen?: (item: T) => void
}

export interface Sorting {
  readonly column: string
  readonly isReverse: boolean
}

export function useSorting(fallback: string): Sorting {
  const { query } = usePlace()
  const text = query.get('sort') ?? fallback
  return { column: text.replace(/^-/, ''), isReverse: text.startsWith('-') }
}

/** The sort parameters of a list that the broker sorts. */
export function sortQuery<T>(columns: readonly Column<T>[], { column, isReverse }: Sorting) {
  const sort = columns.find(({ id }) => id === column)?.sort
  return typeof sort === 'string' ? { sort, sort_reverse: isReverse } : {}
}

/** Sorts and filters a list that the broker gives whole. */
export function useSorted<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  { column, isReverse }: Sorting,
): readonly T[] {
  return useMemo(() => {
    const sort = columns.find(({ id }) => id === column)?.sort
    if (typeof sort !== 'function') return items
    const sign = isReverse ? -1 : 1
    return [...items].sort((a, b) => {
      const x = sort(a)
      const y = sort(b)
      return (
        sign * (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y)))
      )
    })
  }, [items, columns, column, isReverse])
}

/** A table of any length: draws the rows in sight, can be walked with the arrow keys, opened with Enter. */
export function Table<T>(props: TableProps<T>) {
  const { items, keyOf, selection } = props
  const sorting = useSorting(props.columns[0]?.id ?? '')
  const body = useRef<HTMLTableSectionElement>(null)
  const [current, setCurrent] = useState(0)
  const frame = useRef<HTMLDivElement>(null)
  const [offset, setOffset] = useState(0)
  const [room, setRoom] = useState(0)
  const isNarrow = room > 0 && room < NARROW_PX
  const columns = useMemo(
    () => props.columns.filter(({ isMinor }) => !isNarrow || isMinor !== true),
    [props.columns, isNarrow],
  )
  const toFocus = useRef<number | undefined>(undefined)
  const isVirtual = items.length >= VIRTUAL_FROM_ROWS
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 12,
    scrollMargin: offset,
    enabled: isVirtual,
  })
  const isEmpty = items.length === 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: the frame is there when there are rows
  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return
    const measure = (): void => {
      const top = body.current?.getBoundingClientRect().top
      if (top !== undefined) setOffset(Math.round(top + scrollY))
      setRoom(element.clientWidth)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [isEmpty])
  useEffect(() => {
    if (toFocus.current === undefined) return
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${toFocus.current}"]`)
    row?.focus()
    if (row !== null && row !== undefined) toFocus.current = undefined
  })
  const latestActions = useRef<RowActions<T> | undefined>(undefined)
  const act = useCallback((run: (actions: RowActions<T>) => void) => {
    if (latestActions.current !== undefined) run(latestActions.current)
  }, [])
  if (isEmpty) return <>{props.empty}</>
  const shown = isVirtual ? virtualizer.getVirtualItems().map(({ index }) => index) : items.map((_, i) => i)
  const first = shown[0] ?? 0
  const last = shown[shown.length - 1] ?? -1
  const focusable = Math.min(Math.max(current, first), Math.max(last, first))
  const width = columns.reduce((sum, each) => sum + each.width, selection === undefined ? 0 : 40)
  const growth = columns.reduce((sum, { grow = 1 }) => sum + grow, 0) || 1
  const spare = Math.max(0, room - width)

  function move(to: number): void {
    const index = Math.max(0, Math.min(items.length - 1, to))
    toFocus.current = index
    setCurrent(index)
    if (isVirtual) virtualizer.scrollToIndex(index)
  }
  const actions: RowActions<T> = {
    focus: setCurrent,
    toggle(item) {
      if (selection === undefined) return
      const chosen = new Set(selection.chosen)
      if (!chosen.delete(keyOf(item))) chosen.add(keyOf(item))
      selection.change(chosen)
    },
    open(item) {
      if (props.hrefOf !== undefined) location.hash = props.hrefOf(item)
      else props.onOpen?.(item)
    },
    click: (item) => props.onOpen?.(item),
    press(event, index, item) {
      if (event.target !== event.currentTarget) return
      const steps: Record<string, number> = {
        ArrowDown: index + 1,
        ArrowUp: index - 1,
        PageDown: index + 15,
        PageUp: index - 15,
        Home: 0,
        End: items.length - 1,
      }
      const to = steps[event.key]
      if (to !== undefined) move(to)
      else if (event.key === 'Enter') actions.open(item)
      else if (event.key === ' ' && selection !== undefined) actions.toggle(item)
      else return
      event.preventDefault()
    },
  }
  latestActions.current = actions
  const allChosen = selection !== undefined && items.every((item) => selection.chosen.has(keyOf(item)))

  return (
    <div ref={frame} className={`table-frame ${props.isStale === true ? 'is-stale' : ''}`}>
      <table
        className="table"
        style={{ minWidth: width }}
        aria-label={props.label}
        aria-rowcount={items.length + 1}
      >
        <colgroup>
          {selection !== undefined && <col style={{ width: 40 }} />}
          {columns.map(({ id, width: least, grow = 1 }) => (
            <col key={id} style={{ width: least + (spare * grow) / growth }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {selection !== undefined && (
              <th className="cell-check">
                <input
                  type="checkbox"
                  aria-label="Choose all"
                  checked={allChosen}
                  onChange={() => selection.change(new Set(allChosen ? [] : items.map(keyOf)))}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.id} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Spacer height={first * ROW_HEIGHT_PX} />
          {shown.map((index) => {
            const item = items[index]
            if (item === undefined) return null
            const key = keyOf(item)
            return (
              <Row
                key={key}
                item={item}
                itemKey={key}
                index={index}
                columns={columns}
                isChosen={selection === undefined ? undefined : selection.chosen.has(key)}
                isFocusable={index === focusable}
                act={act}
              />
            )
          })}
          <Spacer height={(items.length - 1 - last) * ROW_HEIGHT_PX} />
        </tbody>
      </table>
    </div>
  )
}

interface RowActions<T> {
  focus(index: number): void
  toggle(item: T): void
  open(item: T): void
  click(item: T): void
  press(event: KeyboardEvent, index: number, item: T): void
}

interface RowProps<T> {
  readonly item: T
  readonly itemKey: string
  readonly index: number
  readonly columns: readonly Column<T>[]
  /** Undefined where rows cannot be chosen. */
  readonly isChosen: boolean | undefined
  readonly isFocusable: boolean
  /** Runs what the table does with a row; the same function for good, so that a row is drawn for its own changes only. */
  readonly act: (run: (actions: RowActions<T>) => void) => void
}

function PlainRow<T>({ item, itemKey, index, columns, isChosen, isFocusable, act }: RowProps<T>) {
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      tabIndex={isFocusable ? 0 : -1}
      className={isChosen === true ? 'is-chosen' : undefined}
      onFocus={() => act((table) => table.focus(index))}
      onKeyDown={(event) => act((table) => table.press(event, index, item))}
      onClick={() => act((table) => table.click(item))}
    >
      {isChosen !== undefined && (
        <td className="cell-check">
          <input
            type="checkbox"
            aria-label={`Choose ${itemKey}`}
            checked={isChosen}
            onClick={(event) => event.stopPropagation()}
            onChange={() => act((table) => table.toggle(item))}
          />
        </td>
      )}
      {columns.map(({ id, isNumber, cell }) => (
        <td key={id} className={isNumber === true ? 'number' : undefined}>
          {cell(item)}
        </td>
      ))}
    </tr>
  )
}

const Row = memo(PlainRow) as typeof PlainRow

function Spacer({ height }: { readonly height: number }) {
  return height <= 0 ? null : <tr className="spacer" style={{ height }} />
}

function Head<T>({ column, sorting }: { readonly column: Column<T>; readonly sorting: Sorting }) {
  const { id, head, hint, isNumber, sort } = column
  const isSorted = sorting.column === id
  const className = isNumber === true ? 'number' : undefined
  if (sort === undefined) {
    return (
      <th className={className} title={hint}>
        {head}
      </th>
    )
  }
  // Numbers are most wanted from the largest down.
  const next = isSorted ? (sorting.isReverse ? id : `-${id}`) : isNumber === true ? `-${id}` : id
  return (
    <th
      className={className}
      title={hint}
      aria-sort={isSorted ? (sorting.isReverse ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" onClick={() => setQuery({ sort: next, page: undefined })}>
        {head}
        <span
          className={`sort-mark ${isSorted ? (sorting.isReverse ? 'is-down' : 'is-up') : ''}`}
          aria-hidden="true"
        />
      </button>
    </th>
  )
}

/** The filter of a list, kept in the address. `/` goes there. `onUse` is called before the first letter. */
export function FilterBox(props: {
  readonly label: string
  readonly onUse?: () => void
  readonly children?: ReactNode
}) {
  const { query } = usePlace()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    function onKey(event: globalThis.KeyboardEvent): void {
      const isTyping =
        event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null
      if (event.key !== '/' || isTyping) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <div className="filter-bar">
      <div className="filter">
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          className="input"
          aria-label={props.label}
          placeholder={`${props.label}  ( / )`}
          value={query.get('name') ?? ''}
          spellCheck={false}
          onFocus={props.onUse}
          onChange={(event) => setQuery({ name: event.target.value, page: undefined })}
        />
      </div>
      {props.children}
    </div>
  )
}

/** How many there are, and the way to the other pages. */
export function Pager({ list }: { readonly list: Omit<Paged<unknown>, 'items'> }) {
  const {
    page,
    page_count: pageCount,
    page_size: pageSize,
    filtered_count: filtered,
    total_count: total,
  } = list
  return (
    <div className="pager">
      <span className="muted">
        {filtered === total ? `${count(total)} in all` : `${count(filtered)} of ${count(total)}`}
      </span>
      <label className="pager-size">
        <span className="muted">Rows</span>
        <select
          className="input"
          value={pageSize}
          onChange={(event) => setQuery({ size: event.target.value, page: undefined })}
        >
          {[50, 100, 200, 500].map((size) => (
            <option key={size}>{size}</option>
          ))}
        </select>
      </label>
      <div className="pager-pages">
        <Button
          icon="back"
          aria-label="Previous page"
          disabled={page <= 1}
          onClick={() => setQuery({ page: page - 1 })}
        />
        <span className="number">
          {count(page)} / {count(Math.max(1, pageCount))}
        </span>
        <Button
          icon="chevron"
          aria-label="Next page"
          disabled={page >= pageCount}
          onClick={() => setQuery({ page: page + 1 })}
        />
      </div>
    </div>
  )
}

/** The part of the query that pages and filters a list. */
export function usePaging(): { readonly page: number; readonly page_size: number; readonly name: string } {
  const { query } = usePlace()
  return {
    page: Math.max(1, Number(query.get('page') ?? 1) || 1),
    page_size: Number(query.get('size') ?? 100) || 100,
    name: query.get('name') ?? '',
  }
}
