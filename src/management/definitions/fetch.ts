import { readFile } from 'node:fs/promises'
import { get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'

/** How a web server is met over TLS. Files are PEM. */
export interface FetchTls {
  readonly caFile: string | undefined
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
  readonly keyPassword: string | undefined
  readonly verify: 'verify_none' | 'verify_peer'
}

/** Octets of a file that is fetched; a longer one is refused. */
export const FETCHED_BYTES_MAX = 64 << 20
/** How long a server may be silent, in milliseconds. */
const TIMEOUT_MS = 30_000

/** A file of a web server. Rejects unless it answers with 200 and no more than `bytesMax`. */
export async function fetchFile(
  url: string,
  tls: FetchTls | undefined,
  bytesMax: number = FETCHED_BYTES_MAX,
): Promise<Buffer> {
  const certificates = tls === undefined ? {} : await certificatesOf(tls)
  return new Promise((resolve, reject) => {
    const got = (response: IncomingMessage): void => {
      if (response.statusCode !== 200) {
        response.destroy()
        reject(new Error(`${url} answers with status ${response.statusCode}`))
        return
      }
      bodyOf(response, url, bytesMax).then(resolve, reject)
    }
    const request =
      tls === undefined
        ? getPlain(url, { timeout: TIMEOUT_MS }, got)
        : getSecure(
            url,
            { timeout: TIMEOUT_MS, rejectUnauthorized: tls.verify === 'verify_peer', ...certificates },
            got,
          )
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', (error) =>
      reject(new Error(`${url} cannot be read: ${error.message}`, { cause: error })),
    )
  })
}

async function bodyOf(response: IncomingMessage, url: string, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytesMax) throw new Error(`${url} is larger than ${bytesMax} octets`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function certificatesOf({ caFile, certFile, keyFile, keyPassword }: FetchTls) {
  return {
    ...(caFile !== undefined && { ca: await readFile(caFile) }),
    ...(certFile !== undefined && { cert: await readFile(certFile) }),
    ...(keyFile !== undefined && { key: await readFile(keyFile) }),
    ...(keyPassword !== undefined && { passphrase: keyPassword }),
  }
}
