import { badRequest, HttpError } from './http-error.js'

const PAGE_SIZE_DEFAULT = 100
const PAGE_SIZE_MAX = 500

/** Which part of a list is asked for. */
export interface Page {
  /** From 1. */
  readonly number: number
  readonly size: number
}

/** The page that the query asks for; undefined for the whole list. Throws 400. */
export function pageOf(query: URLSearchParams): Page | undefined {
  const numberText = query.get('page')
  if (numberText === null) return undefined
  const page = {
    number: integer(numberText),
    size: integer(query.get('page_size') ?? String(PAGE_SIZE_DEFAULT)),
  }
  if (page.number < 1 || page.size < 1 || page.size > PAGE_SIZE_MAX) {
    const reason = `Invalid pagination parameters: page number ${page.number}, page size ${page.size}`
    throw new HttpError(400, 'invalid_pagination_parameters', reason)
  }
  return page
}

/** How many pages there are of so many items. Throws 400 for a page after the last, but for the first one. */
export function pageCount(page: Page, itemCount: number): number {
  const count = Math.ceil(itemCount / page.size)
  if (page.number > count && page.number > 1) {
    const reason = `Page out of range, page: ${page.number} page size: ${page.size}, len: ${itemCount}`
    throw new HttpError(400, 'page_out_of_range', reason)
  }
  return count
}

function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw badRequest('Pagination parameters are invalid')
  return Number(text)
}
