import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import { type CertificateFiles, followCertificates, readCertificates } from '../util/certificates.js'
import type { Logger } from '../util/logger.js'

/** A server for HTTPS, loaded where it is wanted. Throws the system's error when the files cannot be read. */
export function httpsServer(files: CertificateFiles, answer: RequestListener, logger: Logger): Server {
  const server = createServer(readCertificates(files), answer)
  followCertificates(server, files, {}, logger)
  return server
}
