import type { JobLogs, OpenLog } from '../../builds/logs/job-logs.ts'
import { type LineRun, readLines } from './read-lines.ts'

/** The part of a page that stands before the line it is about. */
const before = 1 / 3

/** A page of a log in which a line stands at about a third, also where lines are so long that few fit. */
export async function readAround(logs: JobLogs, log: OpenLog, line: number, limit: number): Promise<LineRun> {
  return readWith(logs, log, Math.max(1, line - Math.floor(limit * before)), line, limit)
}

/** The last lines of a log. */
export async function readTail(logs: JobLogs, log: OpenLog, limit: number): Promise<LineRun> {
  const { totalLines } = log.index
  return readWith(logs, log, Math.max(1, totalLines - limit + 1), totalLines, limit)
}

/** A page that begins at `from`, or later where the line would not be in it. */
async function readWith(logs: JobLogs, log: OpenLog, from: number, line: number, limit: number): Promise<LineRun> {
  const run = await readLines(logs, log, from, limit)
  if (from >= line || from + run.lines.length > line) return run
  return readWith(logs, log, from + Math.ceil((line - from) / 2), line, limit)
}
