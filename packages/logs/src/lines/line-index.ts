import type { Found } from '../failures/failure.ts'
import type { LogRemark } from '../remarks.ts'

/** A run of chunks, with the state of the log at its start. Reading starts at a block. */
export interface LogBlock {
  /** Seq of the block's first chunk. */
  readonly seq: number
  /** Number of bytes of the log (`logs.txt`) before the block. */
  readonly offset: number
  /**
   * Line of the block's first byte, from 1, and the number of bytes of this line before the block.
   */
  readonly line: number
  readonly column: number
  /** Escape sequence that sets the colours in force; empty for none. */
  readonly sgr: string
}

export interface LogGroup {
  /** The line with the title. */
  readonly line: number
  /** The group's last line; null while the group is open. */
  readonly end: number | null
  readonly title: string
  /** The initial display of the group. */
  readonly kind: 'closed' | 'open' | 'dim'
}

/** Index of a log by line. A line is a record terminated by LF, or the rest after the last LF. */
export interface LineIndex {
  readonly blocks: readonly LogBlock[]
  /** Seq of the last indexed chunk; 0 for none. */
  readonly lastSeq: number
  /** Number of bytes of kinds 0 and 1. */
  readonly bytes: number
  readonly totalLines: number
  /** Whether the last line has no LF yet and may grow. */
  readonly isLastOpen: boolean
  /** Time of the first chunk of output with a time. */
  readonly t0: bigint | null
  /**
   * At most `MAX_ERRORS` lines to look at first, ascending. After the end of the log they are the
   * lines of `found`; before it, or if `found` is empty, the lines that look like errors.
   */
  readonly errors: readonly number[]
  /** Failures that tools reported; empty while the log grows. */
  readonly found: Found
  /** At most `MAX_GROUPS`, in order. Groups do not nest. */
  readonly groups: readonly LogGroup[]
  readonly remarks: readonly LogRemark[]
}

export const MAX_ERRORS = 1_000
export const MAX_GROUPS = 20_000
export const MAX_REMARKS = 2_000

/** Returns the first line that begins in or after the block. */
export function firstLineOf({ line, column }: LogBlock): number {
  return column === 0 ? line : line + 1
}

/** Returns the index of the block in which a line begins. */
export function blockOfLine(blocks: readonly LogBlock[], line: number): number {
  return Math.max(
    0,
    lastWhere(blocks, (block) => firstLineOf(block) <= line),
  )
}

/** Returns the index of the block that holds a chunk. */
export function blockOfSeq(blocks: readonly Pick<LogBlock, 'seq'>[], seq: number): number {
  return Math.max(
    0,
    lastWhere(blocks, (block) => block.seq <= seq),
  )
}

/** Returns the index of the block that holds a byte of the log. */
export function blockOfOffset(blocks: readonly LogBlock[], offset: number): number {
  return Math.max(
    0,
    lastWhere(blocks, (block) => block.offset <= offset),
  )
}

/**
 * Returns the last index at which a condition holds; -1 for none. The condition must hold up to
 * some index and not after it.
 */
function lastWhere<Block>(blocks: readonly Block[], holds: (block: Block) => boolean): number {
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
