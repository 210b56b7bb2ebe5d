import type { components } from '@harmont/contract'
import type { JobLogs, OpenLog } from '../../builds/logs/job-logs.ts'
import { follow } from '../../platform/follow/follow.ts'
import { presentGroup, presentLines, presentStart } from './present-log.ts'
import { readLines } from './read-lines.ts'

type Schemas = components['schemas']

/** An update of a log. */
export interface LogNews {
  readonly job_id: string
  /**
   * The number of the first of `lines`. If it is greater than expected, the server was behind and
   * skipped the lines in between. If it is the last line of the previous update, that line had no
   * line feed and may have grown.
   */
  readonly from: number
  readonly lines: Schemas['LogPage']['lines']
  readonly sgr: string
  readonly t0: string | null
  /** The new groups, error lines and remarks. A changed group is sent again. */
  readonly groups: readonly Schemas['LogGroup'][]
  readonly errors: readonly number[]
  readonly remarks: readonly Schemas['LogRemark'][]
  readonly total_lines: number
  /** Whether the log is complete. */
  readonly complete: boolean
}

/** At most ten updates per second. */
const restMs = 100
const mostLines = 2_000

/** Yields updates of a log from a line on, until one is `complete`. */
export function followLines(logs: JobLogs, jobId: string, from: number, signal: AbortSignal): AsyncGenerator<LogNews> {
  const line = Math.max(1, from)
  let told: Told = { line, isBehind: true, lastSeq: 0, groups: 0, lastGroup: '', errors: 0, remarks: 0 }
  return follow({
    subscribe: (wake) => logs.onChange(jobId, wake),
    async read(wake) {
      const log = await logs.open(jobId)
      if (!told.isBehind && !log.isComplete && log.index.lastSeq <= told.lastSeq) return null
      const { news, next } = await newsOf(logs, log, told)
      told = next
      if (told.isBehind) wake()
      return news
    },
    isDone: ({ complete }) => complete,
    restMs,
    signal,
  })
}

/** The position of the reader. */
interface Told {
  /** The next line to send. */
  readonly line: number
  /** Whether there is more than one answer can hold, or nothing was sent yet. */
  readonly isBehind: boolean
  readonly lastSeq: number
  readonly groups: number
  /** The last group, as it was sent. */
  readonly lastGroup: string
  readonly errors: number
  readonly remarks: number
}

/**
 * Returns the changes since `told`; if they have more lines than one answer may hold, the last
 * ones.
 */
async function newsOf(
  logs: JobLogs,
  log: OpenLog,
  told: Told,
): Promise<{ readonly news: LogNews; readonly next: Told }> {
  const { jobId, index, isComplete } = log
  const { totalLines, isLastOpen, lastSeq } = index
  const from = Math.max(told.line, totalLines - mostLines + 1)
  const run = await readLines(logs, log, from, mostLines)
  const end = from + run.lines.length
  const isBehind = end <= totalLines
  // Only the last group changes: it ends, is opened, or gets its first error.
  const groups = index.groups.slice(Math.max(0, told.groups - 1)).map((group) => presentGroup(index, group))
  const changed = JSON.stringify(groups[0]) === told.lastGroup ? groups.slice(1) : groups
  // At the end of the log, reported failures replace lines that look like errors: a reader of those
  // lines reads the log's view again.
  const isReplaced = told.errors > 0 && index.found.failures.length > 0
  const errors = isReplaced ? [] : index.errors.slice(told.errors)
  const remarks = index.remarks.slice(told.remarks)
  const news: LogNews = {
    job_id: jobId,
    from,
    lines: presentLines(index, run.lines),
    sgr: run.sgr,
    t0: presentStart(index),
    groups: changed,
    errors,
    remarks: remarks.map((remark) => ({ ...remark })),
    total_lines: totalLines,
    complete: isComplete && !isBehind,
  }
  const next: Told = {
    line: isLastOpen && !isBehind ? Math.max(told.line, totalLines) : end,
    isBehind,
    lastSeq,
    groups: Math.max(0, told.groups - 1) + groups.length,
    lastGroup: JSON.stringify(groups.at(-1)) ?? '',
    errors: told.errors + errors.length,
    remarks: told.remarks + remarks.length,
  }
  return { news, next }
}
