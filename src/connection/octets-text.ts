/** Characters that Erlang prints by a letter inside a string. */
const ESCAPES: Readonly<Record<number, string>> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  27: '\\e',
  34: '\\"',
  92: '\\\\',
}

const SNIPPET_OCTETS = 16

/** How RabbitMQ prints octets in its reply texts: `<<"abc">>` when all are printable, else `<<1,2,255>>`. */
export function octetsText(octets: Uint8Array): string {
  if (octets.length === 0) return '<<>>'
  let text = ''
  for (const octet of octets) {
    const escaped = ESCAPES[octet]
    if (escaped !== undefined) text += escaped
    else if (octet >= 32 && octet < 127) text += String.fromCharCode(octet)
    else return `<<${octets.join(',')}>>`
  }
  return `<<"${text}">>`
}

/** The part of a frame's payload that RabbitMQ shows: `all octets = <<...>>` or the first 16 of them. */
export function payloadText(payload: Uint8Array): string {
  if (payload.length <= SNIPPET_OCTETS) return `all octets = ${octetsText(payload)}`
  return `first 16 octets = ${octetsText(payload.subarray(0, SNIPPET_OCTETS))}`
}
