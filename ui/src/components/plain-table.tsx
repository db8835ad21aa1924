import type { ReactNode } from 'react'
import { Button } from './basics.js'

type Head = string | { readonly text: string; readonly isNumber: true } | typeof ACTIONS

/** The head of the column in which the buttons of a row stand; for those who hear it. */
export const ACTIONS = { isActions: true } as const

/** The head of a column of numbers. */
export function right(text: string): Head {
  return { text, isNumber: true }
}

/** A short table that needs no sorting; its rows are the children. */
export function PlainTable(props: { readonly heads: readonly Head[]; readonly children: ReactNode }) {
  return (
    <table className="plain-table">
      <thead>
        <tr>{props.heads.map(headCell)}</tr>
      </thead>
      <tbody>{props.children}</tbody>
    </table>
  )
}

/** What can be done with the entry of a row. */
export function RowButtons(props: { readonly change: () => void; readonly remove: () => void }) {
  return (
    <>
      <Button tone="quiet" onClick={props.change}>
        Change
      </Button>
      <Button tone="quiet" onClick={props.remove}>
        Remove
      </Button>
    </>
  )
}

function headCell(head: Head) {
  if (typeof head === 'string') return <th key={head}>{head}</th>
  if ('isActions' in head) {
    return (
      <th key="actions">
        <span className="visually-hidden">Actions</span>
      </th>
    )
  }
  return (
    <th key={head.text} className="number">
      {head.text}
    </th>
  )
}
