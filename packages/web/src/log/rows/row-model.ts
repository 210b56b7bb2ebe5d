import type { Group, Remark } from '../data/facts.ts'

/** One row of the viewer. */
export type Row =
  | { readonly kind: 'line'; readonly line: number }
  /** The title line of a group; `last` is the group's last line. */
  | {
      readonly kind: 'group'
      readonly line: number
      readonly group: Group
      readonly last: number
      readonly isFolded: boolean
    }
  | { readonly kind: 'remark'; readonly remark: Remark; readonly index: number }
  /** Set-up remarks folded into one row; `index` is that of the first remark. */
  | { readonly kind: 'setup'; readonly remarks: readonly Remark[]; readonly index: number }

/** The facts that determine the rows. */
export interface RowSource {
  readonly totalLines: number
  /** Sorted and disjoint. */
  readonly groups: readonly Group[]
  /** Title lines of folded groups. */
  readonly folded: ReadonlySet<number>
  /** Sorted by line. */
  readonly remarks: readonly Remark[]
  /** Whether set-up remarks have separate rows. */
  readonly isSetupOpen: boolean
  /**
   * The lines that match the filter, sorted; null without a filter. A filter hides groups and
   * remarks.
   */
  readonly only: readonly number[] | null
}

/** A run of rows: consecutive lines, or one row of another kind. */
type Part = {
  readonly row: number
  readonly from: number
  readonly count: number
  readonly other: Exclude<Row, { kind: 'line' }> | null
}

/** Maps rows to lines. Its size depends on the numbers of groups and remarks, not of lines. */
export class RowModel {
  readonly #parts: readonly Part[]
  readonly #only: readonly number[] | null
  readonly count: number

  constructor(source: RowSource) {
    this.#only = source.only
    this.#parts = source.only === null ? partsOf(source) : []
    const last = this.#parts.at(-1)
    this.count = source.only?.length ?? (last === undefined ? 0 : last.row + last.count)
  }

  /** Returns a row by index, from 0; undefined beyond the last row. */
  rowAt(row: number): Row | undefined {
    if (this.#only !== null) {
      const line = this.#only[row]
      return line === undefined ? undefined : { kind: 'line', line }
    }
    const part = this.#parts[lastWhere(this.#parts.length, (at) => (this.#parts[at]?.row ?? 0) <= row)]
    if (part === undefined || row >= part.row + part.count) return undefined
    return part.other ?? { kind: 'line', line: part.from + row - part.row }
  }

  /** Returns the row of a line, or of the nearest visible row before it. */
  rowOf(line: number): number {
    const only = this.#only
    if (only !== null)
      return Math.max(
        0,
        lastWhere(only.length, (at) => (only[at] ?? 0) <= line),
      )
    let at = lastWhere(this.#parts.length, (place) => (this.#parts[place]?.from ?? 0) <= line)
    while (at > 0 && !isOfLine(this.#parts[at])) at--
    const part = this.#parts[at]
    return part === undefined ? 0 : part.row + Math.min(Math.max(0, line - part.from), part.count - 1)
  }

  /** Whether the line currently has its own row. */
  isShown(line: number): boolean {
    const row = this.rowAt(this.rowOf(line))
    return (row?.kind === 'line' || row?.kind === 'group') && row.line === line
  }
}

function isOfLine(part: Part | undefined): boolean {
  return part?.other === null || part?.other?.kind === 'group'
}

function partsOf(source: RowSource): readonly Part[] {
  const { totalLines, groups, folded, remarks } = source
  const parts: Part[] = []
  let row = 0
  let next = 1
  let group = 0
  let remark = 0
  const add = (from: number, count: number, other: Part['other']) => {
    parts.push({ row, from, count, other })
    row += count
  }
  while (true) {
    remark = addRemarks(source, next, remark, add)
    if (next > totalLines) return parts
    const heading = groups[group]
    if (heading !== undefined && heading.line <= next) {
      group++
      if (heading.line < next) continue
      const last = Math.min(heading.end ?? totalLines, totalLines)
      const isFolded = folded.has(heading.line)
      add(next, 1, { kind: 'group', line: next, group: heading, last, isFolded })
      next = isFolded ? last + 1 : next + 1
    } else {
      const stop = Math.min(
        heading?.line ?? Number.POSITIVE_INFINITY,
        remarks[remark]?.line ?? Number.POSITIVE_INFINITY,
        totalLines + 1,
      )
      add(next, stop - next, null)
      next = stop
    }
  }
}

/** Adds remarks before a line, and the important ones of a folded group. */
function addRemarks(
  { remarks, isSetupOpen }: RowSource,
  line: number,
  first: number,
  add: (from: number, count: number, other: Part['other']) => void,
): number {
  let at = first
  while (true) {
    const remark = remarks[at]
    if (remark === undefined || remark.line > line) return at
    if (remark.line < line && (remark.kind === 'note' || remark.kind === 'setup')) {
      at++
      continue
    }
    let end = at + 1
    if (remark.kind === 'setup') while (remarks[end]?.kind === 'setup' && remarks[end]?.line === remark.line) end++
    const together = remarks.slice(at, end)
    if (remark.kind === 'setup') add(line, 1, { kind: 'setup', remarks: together, index: at })
    if (remark.kind !== 'setup' || isSetupOpen)
      for (const [place, one] of together.entries()) add(line, 1, { kind: 'remark', remark: one, index: at + place })
    at = end
  }
}

/**
 * Returns the last of `count` indices that satisfies a monotonic condition; -1 if there is none.
 */
function lastWhere(count: number, holds: (at: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low - 1
}
