import type { PeerCertificate } from 'node:tls'
import type { Credentials } from '../backend.js'

/** What a mechanism may know of the connection it runs on. */
export interface SaslContext {
  /** As in LoginContext: undefined for unix sockets only. */
  readonly peerAddress: string | undefined
  readonly tls: boolean
  /** The certificate that the peer presented, also one that was not verified. */
  readonly peerCertificate?: PeerCertificate
  /** True when the certificate was verified and the listener refuses those that are not (`verify_peer`). */
  readonly peerVerified?: boolean
}

/**
 * What comes of a response: a further question, a name to log in with, a refusal of the login (as of a bad password, the
 * text is for the log), or a response that breaks the mechanism's rules (502 SYNTAX_ERROR, same). The texts never quote
 * the response: it may hold a password.
 */
export type SaslStep =
  | { readonly challenge: Buffer }
  | { readonly credentials: Credentials }
  | { readonly refusal: string }
  | { readonly error: string }

/** One login. The first response is that of `connection.start-ok`. */
export interface SaslExchange {
  /** `response` is only looked at during the call. */
  respond(response: Buffer): SaslStep
}

/** A way to say who one is: RFC 4422. Holds no state of a login. */
export interface SaslMechanism {
  /** As announced; upper case. */
  readonly name: string
  /** False where the mechanism cannot work: it is not announced and not accepted there. */
  isOffered(context: SaslContext): boolean
  start(context: SaslContext): SaslExchange
}
