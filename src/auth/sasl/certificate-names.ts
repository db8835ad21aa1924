import { utf8Of } from './utf8.js'

/** `ssl_cert_login_san_type`. */
export type SubjectAlternativeNameType = 'dns' | 'ip' | 'email' | 'uri' | 'other_name'

/** One `type=value` of a distinguished name. */
export interface NameAttribute {
  /** Object identifier, dotted. */
  readonly type: string
  readonly value: string
}

/** The names of a certificate's subject. */
export interface CertificateNames {
  /** Relative distinguished names as encoded, the least specific first; most have one attribute. */
  readonly subject: readonly (readonly NameAttribute[])[]
  readonly alternatives: readonly { readonly type: SubjectAlternativeNameType; readonly value: string }[]
}

const COMMON_NAME = '2.5.4.3'
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'

/** How distinguished names print attribute types, as RabbitMQ does; others print as their dotted identifier. */
const ATTRIBUTE_NAMES: ReadonlyMap<string, string> = new Map([
  [COMMON_NAME, 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'SERIALNUMBER'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.12', 'TITLE'],
  ['2.5.4.42', 'GIVENNAME'],
  ['2.5.4.43', 'INITIALS'],
  ['2.5.4.44', 'GENERATIONQUALIFIER'],
  ['2.5.4.65', 'PSEUDONYM'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'EMAILADDRESS'],
])

// Tags of DER (X.690) that occur on the way to the names.
const OBJECT_IDENTIFIER = 0x06
const BMP_STRING = 0x1e
const UNIVERSAL_STRING = 0x1c
const TELETEX_STRING = 0x14
const VERSION = 0xa0
const EXTENSIONS = 0xa3

/** Tags of GeneralName (RFC 5280, 4.2.1.6). */
const ALTERNATIVE_TYPES: ReadonlyMap<number, SubjectAlternativeNameType> = new Map<
  number,
  SubjectAlternativeNameType
>([
  [0xa0, 'other_name'],
  [0x81, 'email'],
  [0x82, 'dns'],
  [0x86, 'uri'],
  [0x87, 'ip'],
])

/**
 * Reads the subject's names out of a certificate in DER. From the octets and not from Node's texts, in which the order of
 * the parts is lost and characters of a name can pass for separators. Undefined when the certificate is malformed.
 */
export function parseCertificateNames(certificate: Buffer): CertificateNames | undefined {
  try {
    return readNames(certificate)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** The subject as text (RFC 4514), the most specific name first: `CN=shop,O=Example,C=DE`. */
export function distinguishedNameOf({ subject }: CertificateNames): string {
  return subject
    .map((attributes) => attributes.map(printAttribute).join('+'))
    .reverse()
    .join(',')
}

/** The values of CN in the order of the certificate. */
export function commonNamesOf({ subject }: CertificateNames): string[] {
  return subject
    .flat()
    .filter(({ type }) => type === COMMON_NAME)
    .map(({ value }) => value)
}

/** The subject alternative names of one type in the order of the certificate. */
export function subjectAlternativeNamesOf(
  { alternatives }: CertificateNames,
  type: SubjectAlternativeNameType,
): string[] {
  return alternatives.filter((name) => name.type === type).map(({ value }) => value)
}

function printAttribute({ type, value }: NameAttribute): string {
  return `${ATTRIBUTE_NAMES.get(type) ?? type}=${escapeValue(value)}`
}

/** RFC 4514, 2.4; as in RabbitMQ octets outside printable ASCII are written as `\XX`. */
function escapeValue(value: string): string {
  let escaped = ''
  const octets = Buffer.from(value, 'utf8')
  for (const [index, octet] of octets.entries()) {
    const character = String.fromCharCode(octet)
    if (octet < 0x20 || octet >= 0x7e) escaped += `\\${octet.toString(16).toUpperCase().padStart(2, '0')}`
    else if (isSpecial(character, index, octets.length)) escaped += `\\${character}`
    else escaped += character
  }
  return escaped
}

function isSpecial(character: string, index: number, length: number): boolean {
  if (character === ' ') return index === 0 || index === length - 1
  if (character === '#') return index === 0
  return '"+,;<>\\'.includes(character)
}

class DerError extends Error {}

interface DerValue {
  readonly tag: number
  readonly content: Buffer
}

/**
 * Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { [0] version OPTIONAL, serialNumber, signature, issuer, validity,
 * subject, subjectPublicKeyInfo, ..., [3] extensions OPTIONAL }, ... } (RFC 5280, 4.1).
 */
function readNames(certificate: Buffer): CertificateNames {
  const [outer] = readValues(certificate)
  const [tbs] = readValues(contentOf(outer))
  const fields = readValues(contentOf(tbs))
  const subjectIndex = fields[0]?.tag === VERSION ? 5 : 4
  const subject = readValues(contentOf(fields[subjectIndex])).map(readRelativeName)
  const extensions = fields.slice(subjectIndex + 1).find(({ tag }) => tag === EXTENSIONS)
  return { subject, alternatives: extensions === undefined ? [] : readAlternatives(extensions.content) }
}

function readRelativeName({ content }: DerValue): NameAttribute[] {
  return readValues(content).map((attribute) => {
    const [type, value] = readValues(attribute.content)
    return { type: readObjectIdentifier(type), value: readString(value) }
  })
}

function readAlternatives(extensions: Buffer): { type: SubjectAlternativeNameType; value: string }[] {
  const [list] = readValues(extensions)
  const found = readValues(contentOf(list))
    .map(({ content }) => readValues(content))
    .find(([type]) => readObjectIdentifier(type) === SUBJECT_ALTERNATIVE_NAME)
  if (found === undefined) return []
  // Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
  const [names] = readValues(contentOf(found[found.length - 1]))
  return readValues(contentOf(names)).flatMap(({ tag, content }) => {
    const type = ALTERNATIVE_TYPES.get(tag)
    return type === undefined ? [] : [{ type, value: readAlternative(type, content) }]
  })
}

function readAlternative(type: SubjectAlternativeNameType, content: Buffer): string {
  if (type === 'ip') return printAddress(content)
  if (type !== 'other_name') return content.toString('latin1')
  // AnotherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }
  const [, value] = readValues(content)
  return readString(readValues(contentOf(value))[0])
}

function readString(value: DerValue | undefined): string {
  const content = contentOf(value)
  switch (value?.tag) {
    case BMP_STRING:
      return decodeWide(content, 2)
    case UNIVERSAL_STRING:
      return decodeWide(content, 4)
    case TELETEX_STRING:
      return content.toString('latin1')
    default: {
      const text = utf8Of(content)
      if (text === undefined) throw new DerError('string is not UTF-8')
      return text
    }
  }
}

/** Characters of 2 or 4 octets, most significant first. */
function decodeWide(content: Buffer, width: 2 | 4): string {
  if (content.length % width !== 0) throw new DerError('string is cut off')
  let text = ''
  for (let at = 0; at < content.length; at += width) {
    const code = content.readUIntBE(at, width)
    if (code > 0x10ffff) throw new DerError('character does not exist')
    text += String.fromCodePoint(code)
  }
  return text
}

function printAddress(octets: Buffer): string {
  if (octets.length === 4) return octets.join('.')
  if (octets.length !== 16) throw new DerError('address is neither IPv4 nor IPv6')
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(2 * index).toString(16))
  // The URL parser shortens addresses as RFC 5952 says.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

function readObjectIdentifier(value: DerValue | undefined): string {
  const content = contentOf(value)
  if (value?.tag !== OBJECT_IDENTIFIER || content.length === 0)
    throw new DerError('object identifier expected')
  const arcs: bigint[] = []
  let arc = 0n
  for (const octet of content) {
    arc = arc * 128n + BigInt(octet & 0x7f)
    if (octet >= 0x80) continue
    arcs.push(arc)
    arc = 0n
  }
  // The first two arcs share a number: 40 * first + second, the first being at most 2.
  const [head, ...rest] = arcs
  if (head === undefined) throw new DerError('object identifier is cut off')
  const first = head < 80n ? head / 40n : 2n
  return [first, head - 40n * first, ...rest].join('.')
}

/** The values that stand one after the other in `octets`, which they fill. */
function readValues(octets: Buffer): DerValue[] {
  const values: DerValue[] = []
  let at = 0
  while (at < octets.length) {
    const tag = octets[at]
    let size = octets[at + 1]
    let begin = at + 2
    if (size === undefined) throw new DerError('value is cut off')
    if (size >= 0x80) {
      const sizeBytes = size & 0x7f
      // Four octets are more than any certificate has; 0 would be BER's indefinite form.
      if (sizeBytes === 0 || sizeBytes > 4 || begin + sizeBytes > octets.length)
        throw new DerError('bad length')
      size = octets.readUIntBE(begin, sizeBytes)
      begin += sizeBytes
    }
    at = begin + size
    if (at > octets.length) throw new DerError('value is cut off')
    values.push({ tag, content: octets.subarray(begin, at) })
  }
  return values
}

function contentOf(value: DerValue | undefined): Buffer {
  if (value === undefined) throw new DerError('value is missing')
  return value.content
}
