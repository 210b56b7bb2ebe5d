import type { Schema } from '../../api/schemas.ts'

export type Group = Schema<'LogGroup'>
export type Remark = Schema<'LogRemark'>

/** The facts about a log besides its lines. The object stays the same while nothing changes. */
export interface LogFacts {
  readonly totalLines: number
  /** In bytes. For a growing log, the size when it was opened. */
  readonly bytes: number
  readonly isComplete: boolean
  readonly t0: string | null
  readonly groups: readonly Group[]
  /** Lines that report failures or, without reports, lines that look like errors. */
  readonly errors: readonly number[]
  readonly remarks: readonly Remark[]
}

/** Converts the server's view of a log. */
export function factsOf(view: Schema<'JobLogView'>): LogFacts {
  return {
    totalLines: view.total_lines,
    bytes: view.bytes,
    isComplete: view.complete,
    t0: view.page.t0,
    groups: view.groups,
    errors: view.errors,
    remarks: view.remarks,
  }
}

/** Returns the singular noun for `errors`: error, failed test, or failure. */
export function errorNoun({ isComplete, errors }: LogFacts, failure: Schema<'JobView'>['failure']): string {
  const tests = failure?.failed_tests ?? 0
  if (!isComplete || tests === 0) return 'error'
  return tests === errors.length && (failure?.other_errors ?? 0) === 0 ? 'failed test' : 'failure'
}

/**
 * Whether the log was removed after its retention time, so that it has only a remark and no lines.
 */
export function isRemoved({ totalLines, remarks }: LogFacts): boolean {
  return totalLines === 0 && remarks.some(({ kind }) => kind === 'retention')
}

/** Merges new and changed groups. */
export function withGroups(known: readonly Group[], added: readonly Group[]): readonly Group[] {
  const first = added[0]
  if (first === undefined) return known
  return [...known.filter((group) => group.line < first.line), ...added]
}

/** Appends new lines, in order and without duplicates. */
export function withErrors(known: readonly number[], added: readonly number[]): readonly number[] {
  const last = known.at(-1) ?? 0
  const fresh = added.filter((line) => line > last)
  return fresh.length === 0 ? known : [...known, ...fresh]
}

/** Merges remarks. A reopened stream sends all of them again, and they replace the known ones. */
export function withRemarks(known: readonly Remark[], added: readonly Remark[]): readonly Remark[] {
  const [first, again] = [known[0], added[0]]
  if (again === undefined) return known
  const isWhole = first !== undefined && first.line === again.line && first.message === again.message
  return isWhole && added.length >= known.length ? added : isWhole ? known : [...known, ...added]
}
