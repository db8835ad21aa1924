/**
 * A ref names a message of a shard: `slot << 17 | offset >> 3`, the slot of its chunk and the record's offset in the
 * chunk in units of 8 octets. 32 bits, signed, reach 32 GiB of ordinary chunks.
 */
const SLOT_SHIFT = 17
const OFFSET_MASK = (1 << SLOT_SHIFT) - 1

/** Chunks that refs can tell apart. */
export const CHUNK_SLOTS_MAX = 1 << (32 - SLOT_SHIFT)

export function makeRef(slot: number, offset: number): number {
  return (slot << SLOT_SHIFT) | (offset >> 3)
}

export function slotOf(ref: number): number {
  return ref >>> SLOT_SHIFT
}

/** Octets from the chunk's start. */
export function offsetOf(ref: number): number {
  return (ref & OFFSET_MASK) << 3
}
