/** What every answer carries. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-cache',
  vary: 'accept, accept-encoding, origin',
  'content-security-policy': "script-src 'self'; object-src 'self'; frame-ancestors 'self'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  server: 'Leveret',
}
