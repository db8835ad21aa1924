/** Where the HTTP API of a node is. */
export type Target =
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'http'
      readonly tls: boolean
      readonly host: string
      readonly port: number
      readonly username: string
      readonly password: string
      /** PEM files. */
      readonly caFile?: string | undefined
      readonly certFile?: string | undefined
      readonly keyFile?: string | undefined
      readonly insecure?: boolean
      /** Before every path: `/api`. */
      readonly prefix: string
    }

/** A target in words, without the password. */
export function describeTarget(target: Target): string {
  if (target.kind === 'socket') return `control socket ${target.path}`
  const { tls, host, port } = target
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
