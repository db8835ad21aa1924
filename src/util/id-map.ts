/**
 * Things by their number, of which the same is asked for again and again: the last answer is kept. A Map takes 20 ns, and
 * 40 for a number that comes from a Float64Array (Node 20).
 */
export class IdMap<T> {
  private readonly items = new Map<number, T>()
  private lastId = -1
  private last: T | undefined

  get size(): number {
    return this.items.size
  }

  get(id: number): T | undefined {
    return id === this.lastId ? this.last : this.find(id)
  }

  set(id: number, item: T): void {
    this.forgetLast()
    this.items.set(id, item)
  }

  delete(id: number): boolean {
    this.forgetLast()
    return this.items.delete(id)
  }

  clear(): void {
    this.forgetLast()
    this.items.clear()
  }

  values(): IterableIterator<T> {
    return this.items.values()
  }

  private find(id: number): T | undefined {
    const item = this.items.get(id)
    if (item !== undefined) {
      this.lastId = id
      this.last = item
    }
    return item
  }

  private forgetLast(): void {
    this.lastId = -1
    this.last = undefined
  }
}
