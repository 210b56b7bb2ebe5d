import type { Found } from '../failures/failure.ts'
import type { LogRemark } from '../remarks.ts'

/** A run of chunks, and what is in force where it begins. Reading begins at a block. */
export interface LogBlock {
  /** Of its first chunk. */
  readonly seq: number
  /** Bytes of the log (`logs.txt`) before it. */
  readonly offset: number
  /** The line that its first byte belongs to, from 1, and how many bytes of that line stand before it. */
  readonly line: number
  readonly column: number
  /** The escape sequence that sets the colours in force, empty when none are. */
  readonly sgr: string
}

export interface LogGroup {
  /** The line that is its title. */
  readonly line: number
  /** Its last line; null while it is open. */
  readonly end: number | null
  readonly title: string
  /** How it is shown at first. */
  readonly kind: 'closed' | 'open' | 'dim'
}

/** What is known of a log by line. A line is a record that LF ends; what stands after the last LF is one too. */
export interface LineIndex {
  readonly blocks: readonly LogBlock[]
  /** Of the last chunk indexed, 0 when there is none. */
  readonly lastSeq: number
  /** Of kinds 0 and 1. */
  readonly bytes: number
  readonly totalLines: number
  /** Whether the last line has no LF yet, so that it may grow. */
  readonly isLastOpen: boolean
  /** Of the first chunk of output that has one. */
  readonly t0: bigint | null
  /** The lines to look at first, ascending, at most `MAX_ERRORS`: once the log is over those of `found`, else, or where nothing was found, those that look like errors. */
  readonly errors: readonly number[]
  /** What failed, as tools reported it; empty while the log grows. */
  readonly found: Found
  /** At most `MAX_GROUPS`, in order; none is in another. */
  readonly groups: readonly LogGroup[]
  readonly remarks: readonly LogRemark[]
}

export const MAX_ERRORS = 1_000
export const MAX_GROUPS = 20_000
export const MAX_REMARKS = 2_000

/** The first line that begins in the block or, where none does, later. */
export function firstLineOf({ line, column }: LogBlock): number {
  return column === 0 ? line : line + 1
}

/** The place of the block in which a line begins: the last one whose first line is not behind it. */
export function blockOfLine(blocks: readonly LogBlock[], line: number): number {
  return Math.max(
    0,
    lastWhere(blocks, (block) => firstLineOf(block) <= line),
  )
}

/** The place of the block that a chunk is in. */
export function blockOfSeq(blocks: readonly LogBlock[], seq: number): number {
  return Math.max(
    0,
    lastWhere(blocks, (block) => block.seq <= seq),
  )
}

/** The place of the block that a byte of the log is in. */
export function blockOfOffset(blocks: readonly LogBlock[], offset: number): number {
  return Math.max(
    0,
    lastWhere(blocks, (block) => block.offset <= offset),
  )
}

/** The last place at which something is true that is so up to some place and false from there on; -1 when nowhere. */
function lastWhere(blocks: readonly LogBlock[], holds: (block: LogBlock) => boolean): number {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const block = blocks[middle]
    if (block !== undefined && holds(block)) low = middle + 1
    else high = middle
  }
  return low - 1
}
