import { createHash } from 'node:crypto'
import { exportAll, exportVhost } from '../definitions/export.js'
import { importDefinitions } from '../definitions/import.js'
import { formFields } from '../definitions/multipart.js'
import { type Answer, NO_CONTENT } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { parseBody } from '../http/body.js'
import { badRequest, HttpError, notFound } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import type { JsonObject } from '../json.js'
import { DEFINITIONS, VHOST_DEFINITIONS } from '../schemas/access.js'
import { OBJECT } from '../schemas/basics.js'

export const DEFINITION_ROUTES: readonly Route[] = ['/definitions', '/all-configuration'].flatMap(
  (path): Route[] => [
    {
      method: 'GET',
      path,
      access: 'administrator',
      summary: 'Everything declared, with users and permissions',
      query: ['download'],
      answer: DEFINITIONS,
      successes: [200, 304],
      handle: (request) => exported(request, exportAll(request.services)),
    },
    {
      method: 'POST',
      path,
      access: 'administrator',
      summary: 'Imports definitions, all of them or, with an error that names the entry, none',
      body: OBJECT,
      successes: [204, 303],
      refusals: [415],
      handle: (request) => imported(request, undefined),
    },
    {
      method: 'GET',
      path: `${path}/:vhost`,
      access: 'administrator',
      summary: 'Everything declared in a virtual host',
      query: ['download'],
      answer: VHOST_DEFINITIONS,
      successes: [200, 304],
      handle: (request) => exported(request, exportVhost(request.services, request.vhost)),
    },
    {
      method: 'POST',
      path: `${path}/:vhost`,
      access: 'administrator',
      summary: 'Imports definitions into a virtual host',
      body: OBJECT,
      successes: [204, 303],
      refusals: [415],
      handle: (request) => {
        const vhost = request.param('vhost')
        if (!request.services.doors.topology.vhosts.has(vhost)) throw notFound('vhost_not_found')
        return imported(request, vhost)
      },
    },
  ],
)

function exported(request: ApiRequest, definitions: JsonObject): Answer {
  const text = JSON.stringify(definitions)
  const etag = `"${createHash('sha1').update(text).digest('hex')}"`
  if (request.headers['if-none-match'] === etag) return { status: 304, headers: { etag } }
  const fileName = request.query.get('download')?.replace(/[^\w.@+-]/g, '_')
  const disposition: Record<string, string> =
    fileName === undefined ? {} : { 'content-disposition': `attachment; filename=${fileName}` }
  return { status: 200, text, headers: { 'content-type': 'application/json', etag, ...disposition } }
}

async function imported(request: ApiRequest, vhost: string | undefined): Promise<Answer> {
  const { file, redirect } = fileOf(request)
  await importDefinitions(request.services, request.principal.name, file, vhost)
  return redirect === undefined ? NO_CONTENT : { status: 303, headers: { location: redirect } }
}

/** The file is the body, or a part of a form. */
function fileOf(request: ApiRequest): { readonly file: JsonObject; readonly redirect: string | undefined } {
  const type = request.headers['content-type'] ?? 'application/json'
  if (!type.toLowerCase().startsWith('multipart/form-data')) {
    if (!/^application\/json\b/i.test(type)) throw new HttpError(415, 'unsupported_media_type', undefined)
    return { file: request.body, redirect: undefined }
  }
  const fields = formFields(request.rawBody ?? Buffer.alloc(0), type)
  const part = fields.get('file')
  if (part === undefined) throw badRequest('the form has no part named file')
  const redirect = fields.get('redirect')?.toString()
  // Only to a place of this server.
  const isSafe = redirect !== undefined && /^(?:\/(?!\/)|\.\.?\/|#)[^\r\n\\]*$/.test(redirect)
  return { file: parseBody(part), redirect: isSafe ? redirect : undefined }
}
