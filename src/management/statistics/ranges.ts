import { HttpError } from '../http/http-error.js'

/** Most samples that a request may ask for. */
export const RANGE_SAMPLES_MAX = 500

/** A stretch of the past, in seconds: how far back, and how far apart the samples are. */
export interface Range {
  readonly ageSeconds: number
  readonly stepSeconds: number
}

/** Which pasts a request wants to see; without a range there is the rate alone. */
export interface Ranges {
  readonly lengths: Range | undefined
  readonly messageRates: Range | undefined
  readonly dataRates: Range | undefined
  readonly nodeStats: Range | undefined
}

export const NO_RANGES: Ranges = {
  lengths: undefined,
  messageRates: undefined,
  dataRates: undefined,
  nodeStats: undefined,
}

/** Reads `lengths_age`, `lengths_incr` and their like. Throws 400 `invalid_range_parameters`. */
export function rangesOf(query: URLSearchParams): Ranges {
  if (query.size === 0) return NO_RANGES
  return {
    lengths: rangeOf(query, 'lengths'),
    messageRates: rangeOf(query, 'msg_rates'),
    dataRates: rangeOf(query, 'data_rates'),
    nodeStats: rangeOf(query, 'node_stats'),
  }
}

function rangeOf(query: URLSearchParams, name: string): Range | undefined {
  const age = query.get(`${name}_age`)
  const incr = query.get(`${name}_incr`)
  if (age === null || incr === null) return undefined
  const ageSeconds = Number(age)
  const stepSeconds = Number(incr)
  const fits = ageSeconds > 0 && stepSeconds > 0 && ageSeconds / stepSeconds <= RANGE_SAMPLES_MAX
  if (fits) return { ageSeconds, stepSeconds }
  const reason = `Invalid range parameters: age ${age}, incr ${incr}`
  throw new HttpError(400, 'invalid_range_parameters', reason)
}
