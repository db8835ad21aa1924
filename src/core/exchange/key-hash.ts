/** 32 bits that depend on every character of the texts and on where one text ends (FNV-1a, mixed once more). */
export function hashTexts(texts: readonly string[]): number {
  let hash = 0x811c9dc5
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    }
    hash = Math.imul(hash ^ 0x10000, 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * Jump consistent hash (Lamping and Veach, 2014): a bucket from 0 to `buckets - 1`. With one bucket more only the
 * values that move to the new one change their place.
 */
export function jumpHash(hash: number, buckets: number): number {
  let state = hash
  let bucket = 0
  for (let next = 0; next < buckets; ) {
    bucket = next
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    const fraction = (((mixed ^ (mixed >>> 14)) >>> 0) + 1) / 0x100000000
    next = Math.floor((bucket + 1) / fraction)
  }
  return bucket
}
