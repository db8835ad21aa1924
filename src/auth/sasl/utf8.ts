const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text in `octets`; undefined when they are not UTF-8, so that no two names look alike inside. */
export function utf8Of(octets: Buffer): string | undefined {
  try {
    return STRICT.decode(octets)
  } catch {
    // Only malformed input makes the decoder throw.
    return undefined
  }
}
