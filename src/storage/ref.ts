/**
 * A ref names a message of a shard: `slot * 2^17 + offset / 8`, the slot of its chunk and the record's offset in the
 * chunk in units of 8 octets. It is a whole number of at most 48 bits, which reaches 2 PiB of ordinary chunks; in a log
 * of less than 16 GiB it has 31, and V8 handles it as a small integer.
 */
const SLOT_SHIFT = 17
const SLOT_UNITS = 1 << SLOT_SHIFT
const OFFSET_MASK = SLOT_UNITS - 1
const SMALL_REF_MAX = 0x7fffffff

/** Chunks that refs can tell apart. */
export const CHUNK_SLOTS_MAX = 2 ** 31

export function makeRef(slot: number, offset: number): number {
  return slot * SLOT_UNITS + (offset >> 3)
}

export function slotOf(ref: number): number {
  return ref <= SMALL_REF_MAX ? ref >> SLOT_SHIFT : Math.floor(ref / SLOT_UNITS)
}

/** Octets from the chunk's start. */
export function offsetOf(ref: number): number {
  return (ref & OFFSET_MASK) << 3
}
