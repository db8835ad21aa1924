/**
 * Up to this many octets a loop beats a call into the runtime (Node 20: 18 ns for 10 octets by loop, 23 ns by
 * copyWithin whatever the length, 62 ns by copy between two buffers).
 */
const LOOP_WITHIN_MAX = 12
const LOOP_BETWEEN_MAX = 32

/** Copies `length` octets. Within one buffer the ranges may overlap only if the target lies before the source. */
export function copyBytes(
  source: Buffer,
  sourceStart: number,
  target: Buffer,
  targetStart: number,
  length: number,
): void {
  if (length <= LOOP_WITHIN_MAX) {
    for (let i = 0; i < length; i++) target[targetStart + i] = source[sourceStart + i]!
  } else if (source === target) {
    target.copyWithin(targetStart, sourceStart, sourceStart + length)
  } else if (length <= LOOP_BETWEEN_MAX) {
    for (let i = 0; i < length; i++) target[targetStart + i] = source[sourceStart + i]!
  } else {
    source.copy(target, targetStart, sourceStart, sourceStart + length)
  }
}
