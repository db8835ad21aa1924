import {
  commonNamesOf,
  distinguishedNameOf,
  parseCertificateNames,
  type SubjectAlternativeNameType,
  subjectAlternativeNamesOf,
} from './certificate-names.js'
import type { SaslContext, SaslExchange, SaslMechanism, SaslStep } from './mechanism.js'

/** Where the user's name stands in the certificate. */
export interface ExternalOptions {
  /** `ssl_cert_login_from`. Default `distinguished_name`. */
  readonly loginFrom?: 'distinguished_name' | 'common_name' | 'subject_alternative_name'
  /** `ssl_cert_login_san_type`. Default `dns`. */
  readonly sanType?: SubjectAlternativeNameType
  /** `ssl_cert_login_san_index`: which of the names of that type, from 0. Default 0. */
  readonly sanIndex?: number
}

/** EXTERNAL (RFC 4422, appendix A): the name in a verified client certificate, without a password. */
export class ExternalMechanism implements SaslMechanism {
  readonly name = 'EXTERNAL'
  readonly #options: ExternalOptions

  constructor(options: ExternalOptions = {}) {
    this.#options = options
  }

  isOffered(context: SaslContext): boolean {
    return context.tls && certificateOf(context) !== undefined
  }

  start(context: SaslContext): SaslExchange {
    const step = this.#login(context)
    return { respond: () => step }
  }

  #login(context: SaslContext): SaslStep {
    if (!context.tls) return { refusal: 'not a TLS-enabled connection' }
    const certificate = certificateOf(context)
    if (certificate === undefined) return { refusal: 'connection peer presented no TLS (x.509) certificate' }
    if (context.peerVerified !== true) return { refusal: 'TLS configuration is unsafe' }
    const username = this.#nameIn(certificate)
    if (username === undefined || username === '') return { refusal: 'no name found' }
    return { credentials: { username, password: undefined } }
  }

  #nameIn(certificate: Buffer): string | undefined {
    const names = parseCertificateNames(certificate)
    if (names === undefined) return undefined
    switch (this.#options.loginFrom ?? 'distinguished_name') {
      case 'distinguished_name':
        return distinguishedNameOf(names)
      case 'common_name':
        return commonNamesOf(names).join(',')
      case 'subject_alternative_name':
        return subjectAlternativeNamesOf(names, this.#options.sanType ?? 'dns')[this.#options.sanIndex ?? 0]
    }
  }
}

/** The certificate as DER. Node gives an object without `raw` when the peer presented none. */
function certificateOf({ peerCertificate }: SaslContext): Buffer | undefined {
  return peerCertificate?.raw
}
