import { useSyncExternalStore } from 'react'
import { Icon } from './icon.js'

export type Tone = 'good' | 'bad'

interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: Tone
}

const SHOWN_MS = { good: 4000, bad: 10_000 }

let toasts: readonly Toast[] = []
let lastId = 0
const listeners = new Set<() => void>()

/** Says something at the edge of the page for a while; what went wrong stays longer. */
export function notify(text: string, tone: Tone): void {
  const toast = { id: ++lastId, text, tone }
  change([...toasts.slice(-3), toast])
  setTimeout(() => dismiss(toast.id), SHOWN_MS[tone])
}

export function Toasts() {
  const shown = useSyncExternalStore(listen, () => toasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, tone }) => (
        <div key={id} className={`toast toast-${tone}`}>
          <Icon name={tone === 'good' ? 'check' : 'warning'} />
          <span>{text}</span>
          <button type="button" className="button-icon" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}

function dismiss(id: number): void {
  change(toasts.filter((toast) => toast.id !== id))
}

function change(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
