/**
 * Layout of a message record. Records begin at multiples of 8 octets; numbers are little-endian words, written through
 * typed arrays over the same memory.
 *
 *      word  0     octets of the record, header and padding included
 *      word  1     kind (bits 0-7), flags (8-15), number of targets (16-31)
 *      word  2     octets of the routing part (0-15), priority + 1 or 0 when absent (16-31)
 *      word  3     octets of the properties
 *      word  4     octets of the body
 *      word  5     reserved, 0
 *      word  6, 7  time of publishing in ms since the epoch, f64
 *      then        per target 16 octets: queue id (word), reserved (word), position (f64)
 *      then        routing, properties, body, padding
 */
export const RECORD_HEADER_BYTES = 32
export const RECORD_TARGET_BYTES = 16
export const RECORD_ALIGNMENT_BYTES = 8

/** Words of the header, by index. */
export const RecordWord = {
  LENGTH: 0,
  KIND: 1,
  ROUTING: 2,
  PROPERTIES: 3,
  BODY: 4,
  RESERVED: 5,
} as const

export const RecordKind = { MESSAGE: 1 } as const

/** Flags of a message, in bits 8 to 15 of the kind word. */
export const RecordFlag = {
  PERSISTENT: 1 << 8,
  HAS_BCC: 1 << 9,
  HAS_DEATHS: 1 << 10,
} as const
