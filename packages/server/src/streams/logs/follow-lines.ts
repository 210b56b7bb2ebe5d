import type { components } from '@harmont/contract'
import type { JobLogs, OpenLog } from '../../builds/logs/job-logs.ts'
import { follow } from '../../platform/follow/follow.ts'
import { presentGroup, presentLines, presentStart } from './present-log.ts'
import { readLines } from './read-lines.ts'

type Schemas = components['schemas']

/** The news of a log. */
export interface LogNews {
  readonly job_id: string
  /**
   * The line that `lines` begin with. A greater one than expected: the server was behind and left
   * the lines between out. The last line of the news before: it had no line feed yet and may have
   * grown.
   */
  readonly from: number
  readonly lines: Schemas['LogPage']['lines']
  readonly sgr: string
  readonly t0: string | null
  /** The new groups, error lines and remarks. A group that has changed comes again. */
  readonly groups: readonly Schemas['LogGroup'][]
  readonly errors: readonly number[]
  readonly remarks: readonly Schemas['LogRemark'][]
  readonly total_lines: number
  /** Nothing comes any more. */
  readonly complete: boolean
}

/** At most ten news a second. */
const restMs = 100
const mostLines = 2_000

/** Yields news of a log from a line on, until the news that is `complete`. */
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

/** Says how far the reader is. */
interface Told {
  /** The line that comes next. */
  readonly line: number
  /** There is more than one answer held, or nothing was told at all. */
  readonly isBehind: boolean
  readonly lastSeq: number
  readonly groups: number
  /** The last group, as it was told. */
  readonly lastGroup: string
  readonly errors: number
  readonly remarks: number
}

/** Returns what has come since `told`; of more lines than one answer may have, the last. */
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
  // Only the last group changes: it ends, is opened, or is where the first error is.
  const groups = index.groups.slice(Math.max(0, told.groups - 1)).map((group) => presentGroup(index, group))
  const changed = JSON.stringify(groups[0]) === told.lastGroup ? groups.slice(1) : groups
  // Once the log is over, reported failures replace lines that look like errors: a reader of those
  // reads the log's view again.
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
