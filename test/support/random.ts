/** The same sequence of numbers from 0 (inclusive) to 1 (exclusive) for the same seed: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The same bytes for the same seed. */
export function randomBytesOf(seed: number, size: number): Buffer {
  const random = randomFrom(seed)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (; at + 4 <= size; at += 4) bytes.writeUInt32LE(Math.floor(random() * 2 ** 32), at)
  for (; at < size; at++) bytes[at] = Math.floor(random() * 256)
  return bytes
}
