import { readFileSync, statSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls'
import type { Logger } from './logger.js'

/** Files of a TLS server, PEM. */
export interface CertificateFiles {
  readonly certFile: string
  readonly keyFile: string
  readonly caFile?: string | undefined
  readonly keyPassword?: string | undefined
}

/** A server looks at its files again with the first peer that comes this long after the last look. */
const LOOK_AGAIN_MS = 1000

/** What the files say, for a server. Throws the system's error. */
export function readCertificates({
  certFile,
  keyFile,
  caFile,
  keyPassword,
}: CertificateFiles): SecureContextOptions {
  return {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(keyPassword === undefined ? {} : { passphrase: keyPassword }),
  }
}

/**
 * Gives `server`, which was made from the same files and `options`, what its files say now, before it takes a peer after
 * they changed. Peers that it has keep what they have. Files that do not go together (the key may come a moment after
 * its certificate), or are none, are told of, and the server goes on with those before until they change again.
 */
export function followCertificates(
  server: Server,
  files: CertificateFiles,
  options: SecureContextOptions,
  logger: Logger,
): void {
  let known = stampOf(files)
  let lookAt = performance.now() + LOOK_AGAIN_MS
  // Before the listener that begins the handshake.
  server.prependListener('connection', () => {
    if (performance.now() < lookAt) return
    lookAt = performance.now() + LOOK_AGAIN_MS
    const stamp = stampOf(files)
    if (stamp === known) return
    known = stamp
    try {
      const renewed = { ...options, ...readCertificates(files) }
      // Throws before the server is changed.
      createSecureContext(renewed)
      server.setSecureContext(renewed)
      logger.info(`TLS certificate ${files.certFile} was read again`)
    } catch (error) {
      logger.error(`TLS certificate ${files.certFile} stays as it was: it cannot be read again`, error)
    }
  })
}

/** Differs when one of the files does, as far as that can be seen without reading them. */
function stampOf({ certFile, keyFile, caFile }: CertificateFiles): string {
  const stamps = [certFile, keyFile, caFile].map((path) => {
    const found = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })
    return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`
  })
  return stamps.join()
}
