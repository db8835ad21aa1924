/** What a run is given by whoever starts it. */
export interface RunControl {
  /** Aborted when the person has seen enough: the run ends as if its time were over. */
  readonly signal: AbortSignal
  /** Takes a line of progress, without line feed. */
  progress(line: string): void
}

/** Waits; returns early when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
