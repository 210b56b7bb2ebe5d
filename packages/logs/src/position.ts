/**
 * How much of a spool is in a log. All output before the place `skip` bytes after the record at `offset` is, except the last `missing` bytes there
 * of the stream that did not write the byte before the place. These are a character whose rest has not come: a place alone could not leave them
 * out while the other stream goes on.
 */
export interface LogPosition {
  readonly offset: number
  /** Bytes of output of both streams, at most `MAX_SKIP`. */
  readonly skip: number
  /** 0 to 3. */
  readonly missing: number
}

const skips = 2 ** 17
const missings = 4
/** Two of a sandbox's pieces fit: a half character at the end of each must not keep the first one back. */
export const MAX_SKIP = skips - 1
/** Beyond what a log of 256 MiB can need: an empty line takes 46 bytes of spool. */
export const MAX_OFFSET = 2 ** 34 - 1

/** The position as one safe integer, 0 for the beginning. Fails with RangeError beyond 16 GiB of spool. */
export function encodePosition({ offset, skip, missing }: LogPosition): number {
  if (offset > MAX_OFFSET || skip > MAX_SKIP || missing >= missings) {
    const got = `${offset}, ${skip} and ${missing}`
    throw new RangeError(`expected at most offset ${MAX_OFFSET}, skip ${MAX_SKIP} and 3 missing, got ${got}`)
  }
  return (offset * skips + skip) * missings + missing
}

/** The position that an integer of `encodePosition` tells. */
export function decodePosition(encoded: number): LogPosition {
  const place = Math.floor(encoded / missings)
  return { offset: Math.floor(place / skips), skip: place % skips, missing: encoded % missings }
}
