import { formatDuration } from '../../text/duration.ts'
import type { Row, Waterfall } from './rows.ts'

/**
 * Returns the chain of steps that decided when the build ended: from the last one back, always to
 * the latest prerequisite.
 */
export function criticalPath({ rows, graph }: Pick<Waterfall, 'rows' | 'graph'>): readonly Row[] {
  const newest = new Map(rows.flatMap((row) => (row.jobId === row.stepId ? [[row.stepId, row] as const] : [])))
  const before = Map.groupBy(graph.edges, ({ to }) => to)
  const path: Row[] = []
  let next = latest([...newest.values()])
  while (next !== null && !path.includes(next)) {
    path.unshift(next)
    next = latest((before.get(next.stepId) ?? []).flatMap(({ from }) => newest.get(from) ?? []))
  }
  return path
}

function latest(rows: readonly Row[]): Row | null {
  const ran = rows.filter(({ running }) => running !== null)
  return ran.reduce<Row | null>((last, row) => (endOf(row) > (last === null ? -1 : endOf(last)) ? row : last), null)
}

function endOf({ running }: Row): number {
  return running?.to ?? 0
}

/** A wait is mentioned from one second and one percent of the run. */
const shortestWait = { ms: 1000, share: 0.01 }

/** Returns `install 40 s → build 1 m 02 s: 87% of the run`; empty if nothing has run. */
export function describePath(path: readonly Row[], lengthMs: number): string {
  if (path.length === 0) return ''
  const percent = (ms: number) => Math.min(100, Math.round((ms / lengthMs) * 100))
  let [ranMs, waitedMs, end] = [0, 0, 0]
  const parts = path.flatMap((row) => {
    const { from, to } = row.running ?? { from: end, to: end }
    const waited = Math.max(0, from - end)
    ranMs += to - from
    end = to
    const ran = `${row.name} ${formatDuration(to - from)}`
    if (waited < shortestWait.ms || waited < lengthMs * shortestWait.share) return [ran]
    waitedMs += waited
    return [`${waitOf(row, waited)} ${formatDuration(waited)}`, ran]
  })
  const waiting = waitedMs === 0 ? '' : `, waiting ${percent(waitedMs)}%`
  return `${parts.join(' → ')}: ${percent(ranMs)}% of the run${waiting}`
}

/** Names the longest part of a wait: in the queue, being prepared, or neither. */
function waitOf({ waiting, starting }: Row, waitedMs: number): string {
  const [queued, prepared] = [waiting, starting].map((span) => (span === null ? 0 : span.to - span.from))
  if ((queued ?? 0) >= waitedMs / 2) return 'queued'
  return (prepared ?? 0) >= waitedMs / 2 ? 'starting' : 'waiting'
}
