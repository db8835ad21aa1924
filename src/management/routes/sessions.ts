import type { Principal } from '../../core/permission.js'
import { type Answer, NO_CONTENT, ok } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import type { Authentication } from '../http/authentication.js'
import { parseBody } from '../http/body.js'
import { badRequest } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import { type Sessions, sessionCookie, sessionTokenOf } from '../http/sessions.js'
import type { JsonObject } from '../json.js'
import { WHO_AM_I } from '../schemas/access.js'
import { objectOf, oneOf, TEXT } from '../schemas/basics.js'

/** What the routes of login need beside the services. */
export interface SessionParts {
  readonly authentication: Authentication
  readonly sessions: Sessions
  /** Where the pages are: `/`, or the prefix of all paths. */
  readonly cookiePath: string
  readonly secure: boolean
}

/** Login and logout of the pages. */
export function sessionRoutes({ authentication, sessions, cookiePath, secure }: SessionParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/login',
      access: 'open',
      summary: 'Logs a browser in: answers with a session cookie. Takes JSON or a form',
      body: objectOf({ username: TEXT, password: TEXT }),
      answer: objectOf({ user: WHO_AM_I, token: objectOf({ type: oneOf('basic'), value: TEXT }) }),
      refusals: [401, 429],
      handle: async (request): Promise<Answer> => {
        const { username, password } = credentialsOf(request)
        const principal = await authentication.login(
          { username, password: Buffer.from(password) },
          request.peerAddress,
        )
        const cookie = sessionCookie(sessions.begin(principal), {
          path: cookiePath,
          secure,
          lifeSeconds: sessions.lifeSeconds,
        })
        const value = Buffer.from(`${username}:${password}`).toString('base64')
        const user = userView(request, principal)
        return ok({ user, token: { type: 'basic', value } }, { 'set-cookie': cookie })
      },
    },
    {
      method: 'DELETE',
      path: '/login',
      access: 'open',
      summary: 'Ends the session of the cookie',
      handle: (request): Answer => {
        sessions.end(sessionTokenOf(request.headers))
        const cookie = sessionCookie('', { path: cookiePath, secure, lifeSeconds: 0 })
        return { ...NO_CONTENT, headers: { 'set-cookie': cookie } }
      },
    },
  ]
}

function userView({ services }: ApiRequest, { name, tags }: Principal): JsonObject {
  return { name, tags, is_internal_user: services.users.directory.user(name) !== undefined }
}

function credentialsOf(request: ApiRequest): { readonly username: string; readonly password: string } {
  const text = request.rawBody?.toString('utf8') ?? ''
  // Whatever the body is called: tools send JSON under the name of a form.
  const isJson = /^\s*\{/.test(text)
  const fields = isJson ? parseBody(request.rawBody) : Object.fromEntries(new URLSearchParams(text))
  const { username, password } = fields
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw badRequest('username and password are needed')
  }
  return { username, password }
}
