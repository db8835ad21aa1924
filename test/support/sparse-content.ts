/** What a disk writes whole or not at all. */
export const SECTOR_BYTES = 512

/** The octets of a simulated file, by sector; absent sectors are zeros. */
export class SparseContent {
  sizeBytes = 0
  readonly #sectors = new Map<number, Buffer>()

  /** Octets that it takes on the disk. */
  get allocatedBytes(): number {
    return this.#sectors.size * SECTOR_BYTES
  }

  clone(): SparseContent {
    const copy = new SparseContent()
    copy.sizeBytes = this.sizeBytes
    for (const [index, sector] of this.#sectors) copy.#sectors.set(index, Buffer.from(sector))
    return copy
  }

  /** Writes without a look at the size. */
  put(position: number, octets: Buffer): void {
    for (let at = 0; at < octets.length; ) {
      const index = Math.floor((position + at) / SECTOR_BYTES)
      const offset = position + at - index * SECTOR_BYTES
      let sector = this.#sectors.get(index)
      if (sector === undefined) {
        sector = Buffer.alloc(SECTOR_BYTES)
        this.#sectors.set(index, sector)
      }
      at += octets.copy(sector, offset, at)
    }
  }

  write(position: number, octets: Buffer): void {
    this.put(position, octets)
    if (octets.length > 0) this.sizeBytes = Math.max(this.sizeBytes, position + octets.length)
  }

  /** Sets the size; what lies behind is zeros if it ever comes back. */
  truncate(sizeBytes: number): void {
    const boundary = Math.floor(sizeBytes / SECTOR_BYTES)
    if (sizeBytes < this.sizeBytes) {
      for (const index of this.#sectors.keys()) if (index > boundary) this.#sectors.delete(index)
      if (sizeBytes === boundary * SECTOR_BYTES) this.#sectors.delete(boundary)
      else this.#sectors.get(boundary)?.fill(0, sizeBytes - boundary * SECTOR_BYTES)
    }
    this.sizeBytes = sizeBytes
  }

  /** Octets `[position, position + length)`, fewer at the end of the file. */
  read(position: number, length: number): Buffer {
    const end = Math.min(this.sizeBytes, position + length)
    const octets = Buffer.alloc(Math.max(0, end - position))
    for (let at = 0; at < octets.length; ) {
      const index = Math.floor((position + at) / SECTOR_BYTES)
      const offset = position + at - index * SECTOR_BYTES
      const count = Math.min(SECTOR_BYTES - offset, octets.length - at)
      this.#sectors.get(index)?.copy(octets, at, offset, offset + count)
      at += count
    }
    return octets
  }
}
