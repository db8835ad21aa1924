import { createPasswordHash, type PasswordHash, parsePasswordHash } from '../auth/password-hash.js'
import { userLimitsFrom } from '../auth/user-doors.js'
import type { User } from '../auth/users.js'
import { BrokerError } from '../core/errors.js'
import { objectIn, wordsIn } from './http/body.js'
import { badRequest } from './http/http-error.js'
import type { JsonObject } from './json.js'
import type { ManagementServices } from './management-services.js'

/**
 * A user as a body or a definitions file has it, with `hashing_algorithm` that of the node when none is given. Throws
 * 400. `fallbackAlgorithm` is for hashes of files that name none.
 */
export async function userFrom(
  services: ManagementServices,
  body: JsonObject,
  fallbackAlgorithm: string = services.hashing,
): Promise<User> {
  if (body.tags === undefined) throw badRequest('tags_not_present')
  if (body.password !== undefined && body.password_hash !== undefined) {
    throw badRequest('both_password_and_password_hash_are_provided')
  }
  return {
    name: String(body.name),
    passwordHash: await passwordHashFrom(services, body, fallbackAlgorithm),
    tags: wordsIn(body.tags),
    limits: userLimitsFrom(objectIn(body, 'limits') as Parameters<typeof userLimitsFrom>[0]),
  }
}

async function passwordHashFrom(
  { hashing, passwordRule }: ManagementServices,
  { password, password_hash: hash, hashing_algorithm: named }: JsonObject,
  fallbackAlgorithm: string,
): Promise<PasswordHash | undefined> {
  if (named !== undefined && typeof named !== 'string') throw badRequest(['not_string', named])
  const refusal = typeof password === 'string' ? passwordRule(password) : undefined
  if (refusal !== undefined) throw badRequest(refusal)
  if (typeof password === 'string') return password === '' ? undefined : createPasswordHash(password, hashing)
  if (password !== undefined && password !== null) throw badRequest(['not_string', password])
  if (hash === undefined || hash === null) return undefined
  if (typeof hash !== 'string') throw badRequest(['not_string', hash])
  const algorithm = named ?? fallbackAlgorithm
  try {
    return parsePasswordHash(hash, algorithm)
  } catch (error) {
    throw error instanceof BrokerError ? badRequest(error.explanation) : error
  }
}
