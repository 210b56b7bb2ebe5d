import type { Row } from './rows.ts'
import { place, type Scale } from './scale.ts'

interface ForksProps {
  readonly rows: readonly Row[]
  readonly shown: Scale
  readonly rowHeight: number
}

/** From each parent's end down to where its children begin: who was built in whose file system. Drawn for the rows that are given only. */
export function Forks({ rows, shown, rowHeight }: ForksProps) {
  const indexOf = new Map(rows.map(({ jobId, stepId }, index) => [jobId === stepId ? stepId : jobId, index]))
  const lines = rows.flatMap((row, index) => {
    const parentIndex = indexOf.get(row.parentId ?? '')
    const parent = parentIndex === undefined ? undefined : rows[parentIndex]
    const start = (row.starting ?? row.running)?.from
    if (parentIndex === undefined || parent?.running == null || start === undefined) return []
    const [x1, x2] = [place(parent.running.to, shown), place(start, shown)].map((x) => Math.min(101, Math.max(-1, x)))
    const [y1, y2] = [parentIndex, index].map((row) => (row + 0.5) * rowHeight)
    return [{ key: row.jobId, x1, x2, y1, y2 }]
  })
  return (
    <svg aria-hidden="true" className="pointer-events-none absolute inset-0 size-full stroke-muted" strokeWidth="1">
      {lines.map(({ key, x1, x2, y1, y2 }) => (
        <g key={key}>
          <line x1={`${x1}%`} x2={`${x1}%`} y1={y1} y2={y2} />
          <line x1={`${x1}%`} x2={`${x2}%`} y1={y2} y2={y2} />
        </g>
      ))}
    </svg>
  )
}
