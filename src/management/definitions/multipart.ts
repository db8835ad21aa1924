import { badRequest } from '../http/http-error.js'

/** Fields of a form that a browser sent, by name. Throws 400 when it is not one. */
export function formFields(body: Buffer, contentType: string): ReadonlyMap<string, Buffer> {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) throw badRequest('the form has no boundary')
  const fields = new Map<string, Buffer>()
  const delimiter = Buffer.from(`--${boundary}`)
  let start = body.indexOf(delimiter)
  while (start >= 0) {
    const partStart = start + delimiter.length
    const end = body.indexOf(delimiter, partStart)
    if (end < 0) break
    const part = body.subarray(partStart, end)
    const headEnd = part.indexOf('\r\n\r\n')
    const name = /\bname="([^"]*)"/i.exec(part.toString('latin1', 0, Math.max(0, headEnd)))?.[1]
    if (name !== undefined) fields.set(name, part.subarray(headEnd + 4, part.length - 2))
    start = end
  }
  return fields
}
