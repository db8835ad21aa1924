import { crc32c } from '../storage/crc32c.js'
import { StorageError } from '../storage/storage-error.js'

/** The format that this release writes, and the newest that it reads. */
export const DEFINITION_FORMAT_VERSION = 1
export const HEADER_BYTES = 32
const MAGIC = Buffer.from('LVRTDEFS')
const VERSION_AT = 8
const GENERATION_AT = 12
const HEADER_CRC_AT = 28
/** In front of every record: u32 length of the payload, u32 CRC32C of length and payload. */
const RECORD_PREFIX_BYTES = 8
/** No record is longer; where a longer one seems to begin, none does. */
const RECORD_BYTES_MAX = 256 << 20

// docs/internals/metadata-files.md has the layout octet by octet. Numbers are little-endian.

export function fileName(generation: number): string {
  return `definitions-${String(generation).padStart(8, '0')}.log`
}

/** The generation of a file by its name, `undefined` for other names. */
export function generationOf(name: string): number | undefined {
  const match = /^definitions-(\d{8,})\.log$/.exec(name)
  return match === null ? undefined : Number(match[1])
}

export function encodeHeader(generation: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(header)
  header.writeUInt32LE(DEFINITION_FORMAT_VERSION, VERSION_AT)
  header.writeUInt32LE(generation, GENERATION_AT)
  header.writeUInt32LE(crc32c(header, 0, HEADER_CRC_AT), HEADER_CRC_AT)
  return header
}

/** A record with its prefix. */
export function encodeRecord(payload: string): Buffer {
  const length = Buffer.byteLength(payload)
  const record = Buffer.allocUnsafe(RECORD_PREFIX_BYTES + length)
  record.writeUInt32LE(length, 0)
  record.write(payload, RECORD_PREFIX_BYTES)
  record.writeUInt32LE(checksumOf(record, 0, length), 4)
  return record
}

function checksumOf(octets: Buffer, position: number, length: number): number {
  const from = position + RECORD_PREFIX_BYTES
  return crc32c(octets, from, from + length, crc32c(octets, position, position + 4))
}

/** A part of a file: a record, or octets between records that are none. */
export type FilePart =
  | { readonly kind: 'record'; readonly position: number; readonly end: number; readonly payload: string }
  | { readonly kind: 'gap'; readonly position: number; readonly end: number }

/**
 * Splits a file into its parts. Throws a {@link StorageError} for a format that is newer than this release, and for a
 * file in which nothing can be read.
 */
export function parseFile(path: string, octets: Buffer): FilePart[] {
  const isIntact =
    octets.length >= HEADER_BYTES &&
    octets.subarray(0, MAGIC.length).equals(MAGIC) &&
    octets.readUInt32LE(HEADER_CRC_AT) === crc32c(octets, 0, HEADER_CRC_AT)
  if (isIntact) checkVersion(path, octets.readUInt32LE(VERSION_AT))

  const parts: FilePart[] = []
  for (let at = isIntact ? HEADER_BYTES : 0; at < octets.length; ) {
    const length = recordLengthAt(octets, at)
    if (length > 0) {
      const end = at + RECORD_PREFIX_BYTES + length
      const payload = octets.toString('utf8', at + RECORD_PREFIX_BYTES, end)
      parts.push({ kind: 'record', position: at, end, payload })
      at = end
    } else {
      const position = at
      do at++
      while (at < octets.length && recordLengthAt(octets, at) === 0)
      parts.push({ kind: 'gap', position, end: at })
    }
  }
  if (!isIntact && !parts.some(({ kind }) => kind === 'record')) {
    throw new StorageError(`${path} is damaged from its start to its end (${octets.length} octets)`)
  }
  return parts
}

function checkVersion(path: string, version: number): void {
  if (version <= DEFINITION_FORMAT_VERSION) return
  throw new StorageError(
    `${path} has format ${version}, which a newer release has written; ` +
      `this one reads formats up to ${DEFINITION_FORMAT_VERSION}`,
  )
}

/** Octets of the payload of the record that begins there, 0 when none does. */
function recordLengthAt(octets: Buffer, position: number): number {
  const room = octets.length - position - RECORD_PREFIX_BYTES
  if (room <= 0) return 0
  const length = octets.readUInt32LE(position)
  if (length > room || length > RECORD_BYTES_MAX) return 0
  return octets.readUInt32LE(position + 4) === checksumOf(octets, position, length) ? length : 0
}

/**
 * The record that begins a batch. Batches are written one at a time, so that one with a higher number in a file proves
 * that all before it was synced once: whatever cannot be read there was damaged later, and is no torn end.
 */
export interface BatchMark {
  readonly number: number
  /** Ids of queues below this one may have been used. In every mark, since ids must not come back after damage. */
  readonly queueIdFloor: number
  /** How many changes the batch has, when it counts whole or not at all. */
  readonly changes?: number
  /** The snapshot at the beginning of the file ends here. */
  readonly isSnapshotEnd?: true
}

export function encodeMark(mark: BatchMark): Buffer {
  return encodeRecord(JSON.stringify({ kind: 'batch', ...mark }))
}

/** `undefined` for JSON that is another kind of record. */
export function markOf(json: unknown): BatchMark | undefined {
  const { kind, number, queueIdFloor, changes, isSnapshotEnd } = json as { [name: string]: unknown }
  if (kind !== 'batch') return undefined
  if (!Number.isSafeInteger(number) || !Number.isSafeInteger(queueIdFloor)) {
    throw new TypeError(`the mark of a batch holds ${JSON.stringify(json)}`)
  }
  const mark = { number: number as number, queueIdFloor: queueIdFloor as number }
  if (isSnapshotEnd === true) return { ...mark, isSnapshotEnd }
  return typeof changes === 'number' ? { ...mark, changes } : mark
}
