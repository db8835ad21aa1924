let made = 0

/** A name that no other test uses, so that suites can share a broker that is already running. */
export function uniqueName(prefix: string): string {
  made += 1
  return `${prefix}-${process.pid}-${made}`
}
