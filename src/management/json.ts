/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** Members that are undefined are left out when written. */
export interface JsonObject {
  readonly [name: string]: Json | undefined
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
