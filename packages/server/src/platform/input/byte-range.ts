import { apiError } from '../http/index.ts'

/** Bytes from `start` to before `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The one range that a `Range` header asks of `size` bytes; null for none, for several, and for what is no byte range: then the whole is the answer.
 * Throws 416 when it lies outside.
 */
export function readRange(
  header: string | null,
  size: number,
  headers: Readonly<Record<string, string>>,
): ByteRange | null {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '')
  if (match === null) return null
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return null
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  if (start < end) return { start, end }
  throw apiError('range_not_satisfiable', `The range must lie within the ${size} bytes available.`, {
    headers: { ...headers, 'content-range': `bytes */${size}` },
  })
}

/** The first byte of a range without an end, `bytes=N-`; null for every other header. */
export function openRangeStart(header: string | null): number | null {
  const first = /^bytes=(\d+)-$/i.exec(header?.trim() ?? '')?.[1]
  return first === undefined ? null : Number(first)
}

/** Headers of a part that goes on while the whole grows; its end is a very large number in place of one that nobody knows (RFC 8673). */
export function growingRangeHeaders(start: number): Record<string, string> {
  return { 'accept-ranges': 'bytes', 'content-range': `bytes ${start}-${Number.MAX_SAFE_INTEGER}/*` }
}

/** Headers of a whole answer or of a part of it. */
export function rangeHeaders(range: ByteRange | null, size: number): Record<string, string> {
  if (range === null) return { 'accept-ranges': 'bytes', 'content-length': String(size) }
  return {
    'accept-ranges': 'bytes',
    'content-length': String(range.end - range.start),
    'content-range': `bytes ${range.start}-${range.end - 1}/${size}`,
  }
}

/** Whether the copy that the client has is the current one. */
export function isNotModified(ifNoneMatch: string | null, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}
