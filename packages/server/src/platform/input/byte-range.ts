import { apiError } from '../http/index.ts'

/** The bytes from `start` (inclusive) to `end` (exclusive). */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Returns the range of `size` bytes that a `Range` header requests. Returns null, which stands for
 * all bytes, if the header is absent or malformed, or requests several ranges. Throws 416 for a
 * range outside the bytes.
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

/** Returns the first byte of a range without an end, `bytes=N-`; null for any other header. */
export function openRangeStart(header: string | null): number | null {
  const first = /^bytes=(\d+)-$/i.exec(header?.trim() ?? '')?.[1]
  return first === undefined ? null : Number(first)
}

/**
 * Returns the headers of an open-ended range of growing content. A very large number stands for the
 * unknown end (RFC 8673).
 */
export function growingRangeHeaders(start: number): Record<string, string> {
  return { 'accept-ranges': 'bytes', 'content-range': `bytes ${start}-${Number.MAX_SAFE_INTEGER}/*` }
}

/** Returns the headers of a whole response or of a range. */
export function rangeHeaders(range: ByteRange | null, size: number): Record<string, string> {
  if (range === null) return { 'accept-ranges': 'bytes', 'content-length': String(size) }
  return {
    'accept-ranges': 'bytes',
    'content-length': String(range.end - range.start),
    'content-range': `bytes ${range.start}-${range.end - 1}/${size}`,
  }
}

/** Returns whether the client's copy is current. */
export function isNotModified(ifNoneMatch: string | null, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}
