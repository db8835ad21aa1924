/** Started by `Standstills`: writes a line with the milliseconds by which it was late, each time that it was. */

/** How often it looks. */
const INTERVAL_MS = 1
/** What the kernel's timers are late by anyhow. */
const LATE_MIN_MS = 2

let expected = performance.now() + INTERVAL_MS
setInterval(() => {
  const now = performance.now()
  if (now - expected >= LATE_MIN_MS) process.stdout.write(`${(now - expected).toFixed(1)}\n`)
  expected = now + INTERVAL_MS
}, INTERVAL_MS)
