export { AuthChain, type AuthChainOptions } from './auth-chain.js'
export { Authorizer } from './authorizer.js'
export type { AuthBackend, Credentials, LoginContext, LoginResult } from './backend.js'
export { expandTopicPattern, InternalAuthBackend, type InternalAuthOptions } from './internal-backend.js'
export { DEFAULT_LOOPBACK_USERS, isLoopback } from './loopback.js'
export {
  createPasswordHash,
  DEFAULT_HASHING_ALGORITHM,
  decoyPasswordHash,
  type HashingAlgorithm,
  isHashingAlgorithm,
  type PasswordHash,
  parsePasswordHash,
  verifyPassword,
} from './password-hash.js'
export {
  checkPermissionPattern,
  escapePattern,
  PermissionPatterns,
  patternFault,
} from './permission-pattern.js'
export type { AnonymousLogin } from './sasl/anonymous.js'
export type { ExternalOptions } from './sasl/external.js'
export type { SaslContext, SaslExchange, SaslMechanism, SaslStep } from './sasl/mechanism.js'
export {
  builtInMechanisms,
  DEFAULT_MECHANISMS,
  type MechanismOptions,
  SaslMechanisms,
} from './sasl/mechanisms.js'
export {
  checkPermission,
  checkTopicPermission,
  checkUser,
  type Permission,
  type TopicPermission,
  type User,
  UserDirectory,
  type UserLimits,
} from './users.js'
export { VerifiedPasswords } from './verified-passwords.js'
