/**
 * The part of a spool that is in the log: all output before the record at `offset`, and `skip`
 * bytes of each stream after it.
 */
export interface LogPosition {
  readonly offset: number
  readonly skip: readonly [number, number]
}

/** Encodes the position as `OFFSET` or `OFFSET:STDOUT:STDERR`. */
export function encodePosition({ offset, skip: [out, err] }: LogPosition): string {
  return out === 0 && err === 0 ? `${offset}` : `${offset}:${out}:${err}`
}

/** Decodes a result of `encodePosition`. Throws RangeError for any other text. */
export function decodePosition(encoded: string): LogPosition {
  const [, offset, out = '0', err = '0'] = /^(\d{1,15})(?::(\d{1,15}):(\d{1,15}))?$/.exec(encoded) ?? []
  if (offset === undefined) throw new RangeError(`expected a place in a spool, got ${JSON.stringify(encoded)}`)
  return { offset: Number(offset), skip: [Number(out), Number(err)] }
}

/**
 * The progress of a log in reading a spool. The head is stored as it arrives. The middle is only
 * counted, because its length determines the beginning of the tail. The tail is read again after
 * the end of the output.
 */
export type LogProgress =
  | { readonly phase: 'head'; readonly position: LogPosition }
  | { readonly phase: 'tail'; readonly position: LogPosition }
  /**
   * Possible beginnings of the tail, ascending; at least one. Counting has reached the last one.
   */
  | { readonly phase: 'middle'; readonly marks: readonly Mark[] }

/** A place in the middle, with the amount of output between it and the head. */
export interface Mark {
  readonly position: LogPosition
  /** Number of bytes that the command wrote. */
  readonly written: number
  /** Number of bytes that the log would show for them, with masks. */
  readonly shown: number
}

/** Returns the offset at which reading continues. */
export function readsFrom(progress: LogProgress): number {
  return (progress.phase === 'middle' ? lastOf(progress.marks) : progress).position.offset
}

/** Returns the offset before which the spool is not read again. */
export function neededFrom(progress: LogProgress): number {
  return (progress.phase === 'middle' ? firstOf(progress.marks) : progress).position.offset
}

/** Encodes the progress as a position, `tail POSITION`, or `middle WRITTEN,SHOWN@POSITION …`. */
export function encodeProgress(progress: LogProgress): string {
  if (progress.phase === 'head') return encodePosition(progress.position)
  if (progress.phase === 'tail') return `tail ${encodePosition(progress.position)}`
  const marks = progress.marks.map(({ position, written, shown }) => `${written},${shown}@${encodePosition(position)}`)
  return `middle ${marks.join(' ')}`
}

/** Decodes a result of `encodeProgress`. Throws RangeError for any other text. */
export function decodeProgress(encoded: string): LogProgress {
  const [phase, ...rest] = encoded.split(' ')
  if (phase === 'tail') return { phase, position: decodePosition(rest.join(' ')) }
  if (phase === 'middle') return { phase, marks: (rest.length === 0 ? [''] : rest).map(decodeMark) }
  return { phase: 'head', position: decodePosition(encoded) }
}

function decodeMark(encoded: string): Mark {
  const [, written, shown, position] = /^(\d{1,15}),(\d{1,15})@(.+)$/.exec(encoded) ?? []
  if (position === undefined) throw new RangeError(`expected a mark in a spool, got ${JSON.stringify(encoded)}`)
  return { position: decodePosition(position), written: Number(written), shown: Number(shown) }
}

export function firstOf(marks: readonly Mark[]): Mark {
  return marks[0] as Mark
}

export function lastOf(marks: readonly Mark[]): Mark {
  return marks.at(-1) as Mark
}
