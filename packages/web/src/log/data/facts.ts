import type { Schema } from '../../api/schemas.ts'

export type Group = Schema<'LogGroup'>
export type Remark = Schema<'LogRemark'>

/** What is known of a log beside its lines. The same object as long as nothing changes. */
export interface LogFacts {
  readonly totalLines: number
  /** In bytes; of a log that grows as it was when it was opened. */
  readonly bytes: number
  readonly isComplete: boolean
  readonly t0: string | null
  readonly groups: readonly Group[]
  /** The lines that report failures; while the log grows, or where none does, those that look like errors. */
  readonly errors: readonly number[]
  readonly remarks: readonly Remark[]
}

/** What a log holds, as the server tells it. */
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

/** The singular noun for the lines of `errors`: the log's word for errors, tests, or both. */
export function errorNoun({ isComplete, errors }: LogFacts, failure: Schema<'JobView'>['failure']): string {
  const tests = failure?.failed_tests ?? 0
  if (!isComplete || tests === 0) return 'error'
  return tests === errors.length && (failure?.other_errors ?? 0) === 0 ? 'failed test' : 'failure'
}

/** Whether the time was over for which logs are kept: a remark says so, and nothing of the command's output is left. */
export function isRemoved({ totalLines, remarks }: LogFacts): boolean {
  return totalLines === 0 && remarks.some(({ kind }) => kind === 'retention')
}

/** Groups that are new, and those that have changed in place of what they were. */
export function withGroups(known: readonly Group[], news: readonly Group[]): readonly Group[] {
  const first = news[0]
  if (first === undefined) return known
  return [...known.filter((group) => group.line < first.line), ...news]
}

/** Lines in order, each once. */
export function withErrors(known: readonly number[], news: readonly number[]): readonly number[] {
  const last = known.at(-1) ?? 0
  const fresh = news.filter((line) => line > last)
  return fresh.length === 0 ? known : [...known, ...fresh]
}

/** Remarks that are new. A stream that was opened again tells all of them from the first on: they take the place of what was known. */
export function withRemarks(known: readonly Remark[], news: readonly Remark[]): readonly Remark[] {
  const [first, again] = [known[0], news[0]]
  if (again === undefined) return known
  const isWhole = first !== undefined && first.line === again.line && first.message === again.message
  return isWhole && news.length >= known.length ? news : isWhole ? known : [...known, ...news]
}
