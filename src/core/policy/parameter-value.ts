/** What parameters and policies hold: values as JSON has them. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | readonly ParameterValue[]
  | { readonly [name: string]: ParameterValue }

/** Members by name, as in a policy's definition. */
export type ParameterObject = { readonly [name: string]: ParameterValue }

export function isParameterObject(value: ParameterValue | undefined): value is ParameterObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
