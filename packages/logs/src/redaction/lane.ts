import { longestPattern } from './automaton.ts'
import type { Escape } from './escape.ts'

/** An escape that was read, and those before it. */
export interface Escapes {
  /** Where it ends in what is read. */
  readonly end: number
  /** By how much longer it and those before it are written than read. */
  readonly extra: number
  readonly before: Escapes | null
  /** The nearest one before whose `length` is a multiple of `stride`. */
  readonly mark: Escapes | null
  /** How many there are with those before. */
  readonly length: number
}

/** So that walking back takes few steps. */
const stride = 8

/** One way to read the text up to here, in which something was escaped. */
export interface Lane {
  /** Of the automaton, before `open`. */
  readonly state: number
  /** Bytes of what it reads, before `open`. */
  readonly count: number
  readonly escapes: Escapes | null
  /** The beginning of an escape, which is not read yet. */
  readonly open: Escape | null
}

/** Older ones are forgotten then: no more are within a pattern than it has bytes. */
const mostEscapes = 4 * longestPattern

/** The escapes of a lane when so many bytes of the text are read as so many others. */
export function withEscape({ count, escapes }: Lane, written: number, bytes: number): Escapes {
  const before = escapes !== null && escapes.length > mostEscapes ? recent(escapes, longestPattern + 1) : escapes
  return linked(before, count + bytes, (before?.extra ?? 0) + written - bytes)
}

function linked(before: Escapes | null, end: number, extra: number): Escapes {
  if (before === null) return { end, extra, before, mark: null, length: 1 }
  const mark = before.length % stride === 0 ? before : before.mark
  return { end, extra, before, mark, length: before.length + 1 }
}

/** The last ones of many. */
function recent(escapes: Escapes, most: number): Escapes | null {
  const kept: Escapes[] = []
  for (let at: Escapes | null = escapes; at !== null && kept.length < most; at = at.before) kept.push(at)
  return kept.reduceRight<Escapes | null>((before, { end, extra }) => linked(before, end, extra), null)
}

/** Bytes of the text in which the last bytes of a lane are written. */
export function spanOf({ count, escapes }: Lane, bytes: number): number {
  if (escapes === null) return bytes
  const from = count - bytes
  let at: Escapes | null = escapes
  while (at.mark !== null && at.mark.end > from) at = at.mark
  while (at !== null && at.end > from) at = at.before
  return bytes + escapes.extra - (at?.extra ?? 0)
}
