import { Link } from '@tanstack/react-router'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { memo } from 'react'
import { useNow } from '../../api/clock.ts'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { lookOf } from '../../design/state.ts'
import { StateMark, toneFills } from '../../design/state-mark.tsx'
import { counted } from '../../text/count.ts'
import { formatDuration } from '../../text/duration.ts'
import { showInvisible } from '../../text/escape.ts'
import { addressOf, isActive, type JobView, ranMs } from '../data/job-state.ts'
import { shortReason } from '../sentences/failure-reason.ts'
import { type BuildScale, barOf } from './build-scale.ts'
import { countByLook, stateLabel } from './step-groups.ts'
import type { StepRow } from './step-rows.ts'

interface StepRowProps {
  readonly row: Extract<StepRow, { kind: 'step' }>
  readonly scale: BuildScale
  readonly isSelected: boolean
}

const box =
  'relative flex h-row w-full items-center gap-2 px-3 text-left pointer-coarse:h-11 focus-visible:-outline-offset-2'

/** Shows a step of the list. */
export const StepRowLink = memo(function StepRowLink({ row, scale, isSelected }: StepRowProps) {
  const { job, rails, label, isCell } = row
  return (
    <Link
      from="/$org/pipelines/$slug/builds/$number"
      to="."
      search={({ view }) => ({ job: addressOf(job), ...(view === 'graph' || view === 'waterfall' ? { view } : {}) })}
      state={{ isFollowed: false }}
      resetScroll={false}
      preload={false}
      aria-current={isSelected ? 'page' : undefined}
      title={`${showInvisible(label)}: ${stateLabel(job)}`}
      className={`${box} ${isSelected ? 'bg-sunk before:absolute before:inset-y-0 before:left-0 before:w-0.75 before:bg-text' : 'hover:bg-sunk'}`}
    >
      <Rails rails={rails} />
      {isCell && <span className="w-4 shrink-0" />}
      <StateMark state={job.state} cached={job.cached} softFailed={job.soft_failed} />
      <span className={`min-w-0 flex-1 truncate ${isSelected ? 'font-semibold' : ''} ${isCell ? 'text-13' : ''}`}>
        <IsolatedText text={label} />
      </span>
      <Facts job={job} scale={scale} />
    </Link>
  )
})

/** Updates only running rows each second. All bars share one track, which makes rows comparable. */
function Facts({ job, scale }: { readonly job: JobView; readonly scale: BuildScale }) {
  return isActive(job) || scale.to === null ? (
    <MovingFacts job={job} scale={scale} />
  ) : (
    <StillFacts job={job} scale={scale} now={0} />
  )
}

function MovingFacts(props: { readonly job: JobView; readonly scale: BuildScale }) {
  return <StillFacts {...props} now={useNow()} />
}

function StillFacts({ job, scale, now }: { readonly job: JobView; readonly scale: BuildScale; readonly now: number }) {
  const end = shortReason(job)
  const ran = ranMs(job, now)
  const bar = job.cached === true ? null : barOf(job, scale, now)
  const { tone } = lookOf(job.state, { softFailed: job.soft_failed })
  return (
    <>
      {(job.attempt ?? 1) > 1 && (
        <span className="tabular shrink-0 text-12 text-muted">
          <span className="sr-only">attempt </span>
          <span aria-hidden="true">×</span>
          {job.attempt}
        </span>
      )}
      {job.substituted_image && <span className="shrink-0 text-12 text-soft">image not used</span>}
      {end !== null && (
        <span className={`tabular shrink-0 text-12 ${job.soft_failed ? 'text-soft' : 'text-fail'}`}>{end}</span>
      )}
      <span className="flex w-1/4 min-w-16 shrink-0 flex-col gap-0.5 text-right text-12">
        {job.cached === true ? (
          <span className="text-cache">cached</span>
        ) : (
          ran !== null && <span className="tabular text-muted">{formatDuration(ran)}</span>
        )}
        {bar !== null && (
          <span aria-hidden="true" className="relative h-1 overflow-hidden rounded-full bg-hairline">
            <span
              className={`absolute inset-y-0 min-w-0.5 ${toneFills[tone]}`}
              style={{ left: `${bar.left}%`, width: `${Math.min(bar.width, 100 - bar.left)}%` }}
            />
          </span>
        )}
      </span>
    </>
  )
}

/** Draws a line for each ancestor, with an elbow where the step starts. */
function Rails({ rails }: { readonly rails: readonly boolean[] }) {
  if (rails.length === 0) return null
  return (
    <span aria-hidden="true" className="-mr-2 flex shrink-0 self-stretch">
      {rails.map((goesOn, level) => {
        const isOwn = level === rails.length - 1
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a level has no other name
          <span key={level} className="relative w-5">
            {(goesOn || isOwn) && (
              <span
                className={`absolute left-1.75 top-0 w-0 border-l-2 border-edge ${goesOn ? 'bottom-0' : 'h-1/2'}`}
              />
            )}
            {isOwn && <span className="absolute top-1/2 right-0.5 left-1.75 -mt-px border-t-2 border-edge" />}
          </span>
        )
      })}
    </span>
  )
}

interface MatrixRowProps {
  readonly row: Extract<StepRow, { kind: 'matrix' }>
  readonly onToggle: (key: string) => void
}

/** Shows a folded matrix with the number of its cells in each state. */
export function MatrixRow({ row, onToggle }: MatrixRowProps) {
  const Arrow = row.isOpen ? ChevronDown : ChevronRight
  return (
    <button
      type="button"
      aria-expanded={row.isOpen}
      onClick={() => onToggle(row.key)}
      className={`${box} hover:bg-sunk`}
    >
      <Rails rails={row.rails} />
      <Arrow size={16} aria-hidden="true" className="shrink-0" />
      <span className="min-w-0 flex-1 truncate">
        <IsolatedText text={row.base} />
        <span className="text-13 text-muted"> {counted(row.cells.length, 'cell')}</span>
      </span>
      {countByLook(row.cells).map(({ job, count }) => (
        <span key={stateLabel(job)} className="tabular inline-flex shrink-0 items-center gap-1 text-12">
          <StateMark state={job.state} cached={job.cached} softFailed={job.soft_failed} size={14} />
          {count}
        </span>
      ))}
    </button>
  )
}
