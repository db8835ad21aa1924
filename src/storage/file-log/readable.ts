import type { DiskFile } from '../disk.js'

/** Where a larger read failed, so much is tried at a time: what disks give up at least, and file systems look at. */
const PIECE_BYTES = 4096

/** Octets of a file. */
export interface Stretch {
  readonly position: number
  readonly lengthBytes: number
}

export interface ReadableOctets {
  /** How many octets came before the end of the file; those that cannot be read count, and are zeros. */
  readonly count: number
  readonly unreadable: readonly Stretch[]
}

/** Fills `buffer[start..end)` from a place in the file with whatever can be read; never fails. */
export async function readReadable(
  file: Pick<DiskFile, 'read'>,
  buffer: Buffer,
  start: number,
  end: number,
  position: number,
): Promise<ReadableOctets> {
  const unreadable: Stretch[] = []
  const count = await readSome(file, buffer, start, end, position, unreadable)
  return { count, unreadable }
}

export function bytesOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
}

async function readSome(
  file: Pick<DiskFile, 'read'>,
  buffer: Buffer,
  start: number,
  end: number,
  position: number,
  unreadable: Stretch[],
): Promise<number> {
  const lengthBytes = end - start
  const count = await tryRead(file, buffer, start, end, position)
  if (count !== undefined) return count
  if (lengthBytes > PIECE_BYTES) {
    const middle = start + halfOf(position, lengthBytes)
    const first = await readSome(file, buffer, start, middle, position, unreadable)
    if (first < middle - start) return first
    return first + (await readSome(file, buffer, middle, end, position + first, unreadable))
  }
  // A read may fail once.
  const again = await tryRead(file, buffer, start, end, position)
  if (again !== undefined) return again
  buffer.fill(0, start, end)
  unreadable.push({ position, lengthBytes })
  return lengthBytes
}

/** Half of a stretch, or so: pieces begin where sectors do. */
function halfOf(position: number, lengthBytes: number): number {
  const middle = position + lengthBytes / 2
  const aligned = middle - (middle % PIECE_BYTES)
  return aligned > position ? aligned - position : PIECE_BYTES
}

/** How many octets came, undefined when the read failed. */
function tryRead(
  file: Pick<DiskFile, 'read'>,
  buffer: Buffer,
  start: number,
  end: number,
  position: number,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    file.read(buffer, start, end, position, (error, count) =>
      resolve(error === undefined ? count : undefined),
    )
  })
}
