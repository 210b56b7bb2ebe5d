/** How much of a spool is in a log: all output before the record at `offset`, and of each stream so many bytes after that place. */
export interface LogPosition {
  readonly offset: number
  readonly skip: readonly [number, number]
}

/** The position as a short text: `OFFSET`, or `OFFSET:STDOUT:STDERR`. */
export function encodePosition({ offset, skip: [out, err] }: LogPosition): string {
  return out === 0 && err === 0 ? `${offset}` : `${offset}:${out}:${err}`
}

/** The position that a text of `encodePosition` tells. Fails with RangeError on any other. */
export function decodePosition(encoded: string): LogPosition {
  const [, offset, out = '0', err = '0'] = /^(\d{1,15})(?::(\d{1,15}):(\d{1,15}))?$/.exec(encoded) ?? []
  if (offset === undefined) throw new RangeError(`expected a place in a spool, got ${JSON.stringify(encoded)}`)
  return { offset: Number(offset), skip: [Number(out), Number(err)] }
}
