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

/**
 * How far a log has come in the reading of a spool. The head is stored as it comes; the middle is only counted, because nobody knows yet which part of it is the
 * end; the tail is read again once the output is over.
 */
export type LogProgress =
  | { readonly phase: 'head'; readonly position: LogPosition }
  | { readonly phase: 'tail'; readonly position: LogPosition }
  /** At least one mark: where the tail may begin, ascending. The counting has come to the last of them. */
  | { readonly phase: 'middle'; readonly marks: readonly Mark[] }

/** A place in the middle, with how much output lies between the head and it. */
export interface Mark {
  readonly position: LogPosition
  /** Bytes that the command wrote. */
  readonly written: number
  /** Bytes that the log would show of them: masks are shorter, or longer. */
  readonly shown: number
}

/** Where reading goes on. */
export function readsFrom(progress: LogProgress): number {
  return (progress.phase === 'middle' ? lastOf(progress.marks) : progress).position.offset
}

/** What of the spool lies before this offset is never read again. */
export function neededFrom(progress: LogProgress): number {
  return (progress.phase === 'middle' ? firstOf(progress.marks) : progress).position.offset
}

/** The progress as a short text: a position, `tail POSITION`, or `middle WRITTEN,SHOWN@POSITION …`. */
export function encodeProgress(progress: LogProgress): string {
  if (progress.phase === 'head') return encodePosition(progress.position)
  if (progress.phase === 'tail') return `tail ${encodePosition(progress.position)}`
  const marks = progress.marks.map(({ position, written, shown }) => `${written},${shown}@${encodePosition(position)}`)
  return `middle ${marks.join(' ')}`
}

/** The progress that a text of `encodeProgress` tells. Fails with RangeError on any other. */
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
