import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGzip, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Bodies smaller than this are sent as they are. */
const GZIP_FROM_BYTES = 300
/** Long lists repeat themselves: the lightest effort makes a tenth of them. */
const STREAM_LEVEL = 1

const gzipped = promisify(gzip)

/** Compresses an answer for a peer that takes it so; off the loop. */
export async function compressed(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return payload
  if (payload instanceof Readable && isJson(reply)) {
    reply.header('content-encoding', 'gzip')
    // An error of the source ends both; the peer sees an answer that is cut off.
    return pipeline(payload, createGzip({ level: STREAM_LEVEL }), () => {})
  }
  if (typeof payload !== 'string' || payload.length < GZIP_FROM_BYTES) return payload
  reply.header('content-encoding', 'gzip').removeHeader('content-length')
  return gzipped(payload)
}

/** Streams of events must not wait for a block to be full. */
function isJson(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type')).startsWith('application/json')
}
