// Below this a loop beats Uint8Array.set with its view object: on Node 20, 26 against 60 ns for 24 octets, level at
// about 56. (Buffer.copy makes the same view inside.)
const LOOP_OCTETS_MAX = 48

/** Copies `source[start..end)` to `target` at `at` and returns the offset after it. The two must not overlap. */
export function copyOctets(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start > LOOP_OCTETS_MAX) {
    target.set(source.subarray(start, end), at)
    return at + end - start
  }
  let from = start
  let to = at
  // Four at a time halves the loop's cost.
  for (const last = end - 3; from < last; from += 4, to += 4) {
    target[to] = source[from]
    target[to + 1] = source[from + 1]
    target[to + 2] = source[from + 2]
    target[to + 3] = source[from + 3]
  }
  for (; from < end; from++, to++) target[to] = source[from]
  return to
}
