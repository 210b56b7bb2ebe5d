import { formatDuration } from '../../design/duration.ts'
import type { Row, Waterfall } from './rows.ts'

/** The chain of steps that decided when the build ended: from the last one back, always to the prerequisite that was over last. */
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

/** `install 40 s → build 1 m 02 s → test 2 m 14 s: 87 % of the run`; empty when nothing has run. */
export function tellPath(path: readonly Row[], lengthMs: number): string {
  if (path.length === 0) return ''
  const runMs = (row: Row) => (row.running === null ? 0 : row.running.to - row.running.from)
  const steps = path.map((row) => `${row.name} ${formatDuration(runMs(row))}`)
  const share = Math.round((path.reduce((sum, row) => sum + runMs(row), 0) / lengthMs) * 100)
  return `${steps.join(' → ')}: ${Math.min(100, share)} % of the run`
}
