import { totalmem } from 'node:os'

/** Octets of memory that the machine has, or the cgroup that the process lives in, whichever is less. */
export function detectedMemoryBytes(): number {
  // Asking takes several reads of files, and the answer does not change.
  detected ??= detect()
  return detected
}

let detected: number | undefined

function detect(): number {
  // 0 or a huge number where there is no constraint.
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}
