import type { IncomingHttpHeaders } from 'node:http'

/** Which other sites may use the API from a browser. */
export interface CorsOptions {
  /** Exact origins, or `*`. None by default. */
  readonly allowOrigins: readonly string[]
  /** How long a browser may remember the answer to a preflight. Default 1800. */
  readonly maxAgeSeconds: number
}

/** Headers for an answer to a page of `origin`; none when it may not use the API. */
export function corsHeaders(
  cors: CorsOptions | undefined,
  origin: string | undefined,
): Readonly<Record<string, string>> {
  if (cors === undefined || origin === undefined) return {}
  if (!cors.allowOrigins.includes('*') && !cors.allowOrigins.includes(origin)) return {}
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
}

/** What the answer to a preflight carries beyond {@link corsHeaders}. */
export function preflightHeaders(
  cors: CorsOptions | undefined,
  headers: IncomingHttpHeaders,
  methods: readonly string[],
): Readonly<Record<string, string>> {
  if (cors === undefined || Object.keys(corsHeaders(cors, headers.origin)).length === 0) return {}
  const asked = headers['access-control-request-headers']
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-max-age': String(cors.maxAgeSeconds),
    ...(asked === undefined ? {} : { 'access-control-allow-headers': asked }),
  }
}
