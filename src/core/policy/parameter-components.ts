import type { ParameterValue } from './parameter-value.js'

/** The owner of a kind of runtime parameter. */
export interface ParameterComponent {
  /** As in `/api/parameters/<component>`. */
  readonly name: string
  /** What is wrong with a value, or undefined. */
  complaint(vhost: string, name: string, value: ParameterValue): string | undefined
}

/** Kinds of runtime parameter. Plugins add theirs. */
export class ParameterComponents {
  private readonly components = new Map<string, ParameterComponent>()

  /** Adds a kind. Throws when there is one of that name. */
  register(component: ParameterComponent): void {
    if (this.components.has(component.name)) {
      throw new Error(`parameter component '${component.name}' exists already`)
    }
    this.components.set(component.name, component)
  }

  /** What is wrong with a parameter, or undefined. */
  complaint(component: string, vhost: string, name: string, value: ParameterValue): string | undefined {
    const owner = this.components.get(component)
    return owner === undefined ? `component ${component} not found` : owner.complaint(vhost, name, value)
  }
}
