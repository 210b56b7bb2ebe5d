import { type AttemptPart, isWait, type Span } from '@harmont/timeline'
import { lookOf } from '../../design/state.ts'
import { toneFills } from '../../design/state-mark.tsx'
import type { Row } from './rows.ts'
import { place, type Scale } from './scale.ts'

interface BarsProps {
  readonly row: Row
  /** The visible range. */
  readonly shown: Scale
  readonly isCritical: boolean
}

/**
 * Draws one row: waits outlined, work around the command hatched, the command solid, a cached step
 * as a diamond.
 */
export function Bars({ row, shown, isCritical }: BarsProps) {
  const { parts, running, snapshotAt, cached, softFailed, state } = row
  const { tone } = lookOf(state, { cached, softFailed })
  return (
    <>
      {parts.map((part) =>
        part.kind === 'command' ? null : (
          <Bar key={part.from} span={part} shown={shown} className={`border border-edge ${lookOfPart(part)}`} />
        ),
      )}
      {running !== null && !cached && (
        <Bar
          span={running}
          shown={shown}
          className={`h-3.5 rounded-small ${toneFills[tone]} ${isCritical ? 'outline-2 outline-offset-1 outline-text' : ''}`}
        />
      )}
      {running !== null && cached && (
        <Mark at={running.to} shown={shown} className={`size-2.5 rotate-45 ${toneFills.cache}`} />
      )}
      {snapshotAt !== null && <Mark at={snapshotAt} shown={shown} className="h-5 w-0.5 bg-text" />}
    </>
  )
}

/** A runner's work is drawn taller if it delays the command. */
function lookOfPart({ kind }: AttemptPart): string {
  if (kind === 'artifacts' || kind === 'snapshot') return 'hatched h-1.5'
  return isWait(kind) ? 'h-2.5' : 'hatched h-2.5'
}

function Bar({ span, shown, className }: { readonly span: Span; readonly shown: Scale; readonly className: string }) {
  const left = Math.max(0, place(span.from, shown))
  const right = Math.min(100, place(span.to, shown))
  if (right < 0 || left > 100) return null
  return (
    <span
      className={`absolute top-1/2 min-w-0.5 -translate-y-1/2 ${className}`}
      style={{ left: `${left}%`, width: `${Math.max(0, right - left)}%` }}
    />
  )
}

function Mark({ at, shown, className }: { readonly at: number; readonly shown: Scale; readonly className: string }) {
  const left = place(at, shown)
  if (left < 0 || left > 100) return null
  return (
    <span className={`absolute top-1/2 -translate-x-1/2 -translate-y-1/2 ${className}`} style={{ left: `${left}%` }} />
  )
}

interface ForksProps {
  readonly rows: readonly Row[]
  readonly shown: Scale
  readonly rowHeight: number
}

/** Draws a line from each parent's end to the start of its children, only for the given rows. */
export function Forks({ rows, shown, rowHeight }: ForksProps) {
  const indexOf = new Map(rows.map(({ jobId, stepId }, index) => [jobId === stepId ? stepId : jobId, index]))
  const lines = rows.flatMap((row, index) => {
    const parentIndex = indexOf.get(row.parentId ?? '')
    const parent = parentIndex === undefined ? undefined : rows[parentIndex]
    const start = row.parts.find(({ kind }) => !isWait(kind))?.from ?? row.running?.from
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
