import type { components } from '@harmont/contract'
import type { CutLine, LineIndex, LogGroup } from '@harmont/logs'
import type { OpenLog } from '../../builds/logs/job-logs.ts'
import type { LineRun } from './read-lines.ts'

type Schemas = components['schemas']
type ShownGroup = Schemas['LogGroup']

const notUtf8 = 1
const cut = 2
const nsInMs = 1_000_000n

/** Returns a run of lines in the form of the contract. */
export function presentPage({ index, isComplete }: OpenLog, { from, sgr, lines }: LineRun): Schemas['LogPage'] {
  return {
    from,
    sgr,
    t0: presentStart(index),
    lines: presentLines(index, lines),
    total_lines: index.totalLines,
    complete: isComplete,
  }
}

/** Returns the origin of the lines' times; null while no line has a time. */
export function presentStart({ t0 }: LineIndex): string | null {
  return t0 === null ? null : new Date(Number(t0 / nsInMs)).toISOString()
}

export function presentLines({ t0 }: LineIndex, lines: readonly CutLine[]): Schemas['LogPage']['lines'] {
  return lines.map(({ ts, stream, text, isBroken, cutFrom, offset }) => {
    const ms = ts === null || t0 === null ? null : Number(ts / nsInMs - t0 / nsInMs)
    const flags = (isBroken ? notUtf8 : 0) | (cutFrom === null ? 0 : cut)
    return cutFrom === null ? [ms, stream, text, flags] : [ms, stream, text, flags, cutFrom, offset]
  })
}

export function presentGroup({ errors }: LineIndex, { line, end, title, kind }: LogGroup): ShownGroup {
  const [first = 0] = errors
  return { line, end, title, kind, failed: first > line && (end === null || first <= end) }
}

/** Returns the view of a log, with a page of it. */
export function presentLog(log: OpenLog, run: LineRun): Schemas['JobLogView'] {
  const { index, isComplete } = log
  return {
    total_lines: index.totalLines,
    bytes: index.bytes,
    complete: isComplete,
    first_error_line: index.errors[0] ?? null,
    groups: index.groups.map((group) => presentGroup(index, group)),
    errors: [...index.errors],
    remarks: index.remarks.map((remark) => ({ ...remark })),
    page: presentPage(log, run),
  }
}
