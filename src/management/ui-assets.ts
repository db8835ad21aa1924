import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Nothing from elsewhere, nothing inline, no frames around the pages. */
export const PAGES_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The names of built files hold a hash of what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable'
const BROTLI_QUALITY = 6
const NOT_BUILT = 'The management pages are not built: run "npm run build". The HTTP API is at api/.\n'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const brotlied = promisify(brotliCompress)
const gzipped = promisify(gzip)

type Encoding = 'br' | 'gzip'

/** A file of the pages, with its compressed forms once somebody asked for them. */
class Asset {
  readonly etag: string
  readonly contentType: string
  readonly #bytes: Buffer
  readonly #compressed = new Map<Encoding, Promise<Buffer>>()

  constructor(name: string, bytes: Buffer) {
    this.#bytes = bytes
    this.etag = `"${createHash('sha1').update(bytes).digest('base64url')}"`
    this.contentType = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream'
  }

  async bytes(encoding: Encoding | undefined): Promise<Buffer> {
    if (encoding === undefined) return this.#bytes
    let compressed = this.#compressed.get(encoding)
    if (compressed === undefined) {
      compressed = encoding === 'gzip' ? gzipped(this.#bytes) : brotlied(this.#bytes, BROTLI)
      this.#compressed.set(encoding, compressed)
    }
    return compressed
  }
}

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }

/** Serves the built pages below `prefix`. Files are read when they are first asked for, and kept. */
export function addPages(app: FastifyInstance, prefix: string): void {
  const folder = builtPages()
  const assets = new Map<string, Promise<Asset>>()

  async function serve(request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> {
    reply.header('content-security-policy', PAGES_POLICY).header('x-frame-options', 'DENY')
    if (folder === undefined) return reply.type('text/plain').send(NOT_BUILT)
    let asset = assets.get(path)
    if (asset === undefined) {
      asset = readFile(join(folder, path)).then((bytes) => new Asset(path, bytes))
      asset.catch(() => assets.delete(path))
      assets.set(path, asset)
    }
    return send(request, reply, await asset, path.startsWith('assets/') ? FOR_EVER : 'no-cache')
  }

  app.get(`${prefix}/`, (request, reply) => {
    // The addresses in the page are relative to it.
    const { pathname, search } = new URL(request.url, 'http://localhost')
    if (!pathname.endsWith('/')) return reply.redirect(`${prefix}/${search}`, 302)
    return serve(request, reply, 'index.html')
  })
  for (const name of ['index.html', 'favicon.svg']) {
    app.get(`${prefix}/${name}`, (request, reply) => serve(request, reply, name))
  }
  app.get(`${prefix}/assets/:file`, (request, reply) => {
    const { file } = request.params as { readonly file: string }
    // Only what the build wrote: no way out of the folder.
    if (!/^[\w.-]+$/.test(file) || (folder !== undefined && !existsSync(join(folder, 'assets', file)))) {
      return reply.callNotFound()
    }
    return serve(request, reply, `assets/${file}`)
  })
  app.get(`${prefix}/mgmt`, (_request, reply) => reply.redirect(`${prefix}/`, 302))
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  asset: Asset,
  cacheControl: string,
): Promise<FastifyReply> {
  reply.header('cache-control', cacheControl).header('etag', asset.etag).header('vary', 'accept-encoding')
  if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send()
  const encoding = encodingFor(request.headers['accept-encoding'] ?? '')
  if (encoding !== undefined) reply.header('content-encoding', encoding)
  return reply.type(asset.contentType).send(await asset.bytes(encoding))
}

function encodingFor(accepted: string): Encoding | undefined {
  if (/\bbr\b/.test(accepted)) return 'br'
  return /\bgzip\b/.test(accepted) ? 'gzip' : undefined
}

/** `dist/ui`, seen from the bundle in `dist/lib` or from the single modules in `dist/src/management`. */
function builtPages(): string | undefined {
  const candidates = ['../ui/', '../../ui/'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
  return candidates.find((folder) => isBuilt(folder))
}

function isBuilt(folder: string): boolean {
  try {
    return existsSync(join(folder, 'assets')) && readFileSync(join(folder, 'index.html')).length > 0
  } catch {
    return false
  }
}
