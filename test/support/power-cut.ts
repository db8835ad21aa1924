import { SECTOR_BYTES, type SparseContent } from './sparse-content.js'

/** A change of a file that no sync has covered yet. */
export type PendingChange =
  | { readonly kind: 'write'; readonly position: number; readonly octets: Buffer }
  | { readonly kind: 'truncate'; readonly sizeBytes: number }

/**
 * What a file may hold after the power went: `durable` with some of the changes since. Nothing or all of them; the
 * first so many; or for each sector a number of its own, with a size that has nothing to do with either. One sector may
 * be torn: the change that it has next came to its first octets only.
 */
export function afterPowerCut(
  durable: SparseContent,
  changes: readonly PendingChange[],
  random: () => number,
): SparseContent {
  const content = durable.clone()
  const below = (limit: number): number => Math.floor(random() * limit)
  const mode = below(5)
  if (mode === 0 || changes.length === 0) return content

  const prefix = mode === 1 ? changes.length : below(changes.length + 1)
  const cuts = new Map<number, number>()
  /** How many of the changes a sector has seen. */
  const cutOf = (sector: number): number => {
    let cut = cuts.get(sector)
    if (cut === undefined) {
      if (mode === 1) cut = changes.length
      else if (mode === 2) cut = prefix + below(2)
      else cut = below(changes.length + 1)
      cuts.set(sector, cut)
    }
    return cut
  }
  const torn = random() < 0.5 ? someSector(changes, below) : -1

  let sizeBytes = durable.sizeBytes
  for (const [i, change] of changes.entries()) {
    if (change.kind === 'truncate') {
      if (i >= prefix) continue
      content.sizeBytes = Math.max(content.sizeBytes, sizeBytes)
      content.truncate(change.sizeBytes)
      sizeBytes = change.sizeBytes
      continue
    }
    for (const [sector, position, piece] of piecesOf(change.position, change.octets)) {
      const cut = cutOf(sector)
      if (i < cut) content.put(position, piece)
      else if (i === cut && sector === torn) content.put(position, piece.subarray(0, below(piece.length)))
    }
    const end = change.position + change.octets.length
    if (i < prefix) sizeBytes = Math.max(sizeBytes, end)
    else if (i === prefix && end > sizeBytes) sizeBytes += below(end - sizeBytes + 1)
  }
  content.sizeBytes = Number.MAX_SAFE_INTEGER
  content.truncate(sizeBytes)
  return content
}

function someSector(changes: readonly PendingChange[], below: (limit: number) => number): number {
  const change = changes[below(changes.length)]!
  if (change.kind === 'truncate') return -1
  return Math.floor((change.position + below(change.octets.length)) / SECTOR_BYTES)
}

/** The parts of a write that lie in one sector each: sector, position, octets. */
function* piecesOf(position: number, octets: Buffer): IterableIterator<[number, number, Buffer]> {
  for (let at = 0; at < octets.length; ) {
    const sector = Math.floor((position + at) / SECTOR_BYTES)
    const count = Math.min((sector + 1) * SECTOR_BYTES - position - at, octets.length - at)
    yield [sector, position + at, octets.subarray(at, at + count)]
    at += count
  }
}
