import type { Binding } from '../topology/binding.js'

/** Bindings by place, for exchanges that pick one of them. Removal moves the last into the gap. */
export class BindingList {
  readonly items: Binding[] = []
  private readonly places = new Map<Binding, number>()

  add(binding: Binding): void {
    this.places.set(binding, this.items.length)
    this.items.push(binding)
  }

  remove(binding: Binding): void {
    const place = this.places.get(binding)
    if (place === undefined) return
    this.places.delete(binding)
    const last = this.items.pop()!
    if (last === binding) return
    this.items[place] = last
    this.places.set(last, place)
  }
}
