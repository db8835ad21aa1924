import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark'
type Choice = Theme | 'system'

const STORED = 'leveret.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

function choice(): Choice {
  const stored = localStorage.getItem(STORED)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function current(): Theme {
  const chosen = choice()
  return chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen
}

/** Puts the theme on the page; before anything is drawn. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = current()
  for (const listener of listeners) listener()
}

dark.addEventListener('change', applyTheme)

export function useTheme(): { readonly theme: Theme; toggle(): void } {
  const theme = useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, current)
  return {
    theme,
    toggle() {
      localStorage.setItem(STORED, theme === 'dark' ? 'light' : 'dark')
      applyTheme()
    },
  }
}
