import { useAppearance } from '../../browser/appearance.ts'
import { formatInstant } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { StateMark } from '../../design/state-mark.tsx'
import { type JobView, nameOf } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { lineageOf, snapshotSummary } from './lineage.ts'
import { SentenceLine } from './sentence-line.tsx'

interface LineagePanelProps {
  readonly place: BuildPlace
  readonly job: JobView
  readonly jobs: readonly JobView[]
}

/**
 * Shows the step's ancestors and children: thick solid lines for file systems, thin dashed ones for
 * order, both also in words (web B7).
 */
export function LineagePanel({ place, job, jobs }: LineagePanelProps) {
  const { image, ancestors, children, after } = lineageOf(job, jobs)
  return (
    <div className="flex flex-col gap-1">
      <ol className="border-l-3 border-edge pl-2">
        <li>
          <span className="text-muted">image </span>
          <span className="font-mono">{image === null ? 'unknown' : <IsolatedText text={image} />}</span>
        </li>
        {ancestors.map((one) => (
          <Stratum key={one.id} place={place} job={one} isOwn={false} />
        ))}
        <Stratum place={place} job={job} isOwn />
      </ol>
      {children.length > 0 && (
        <p className="border-l-3 border-edge pl-2">
          Base of <StepNames place={place} jobs={children} />
        </p>
      )}
      {after.length > 0 && (
        <p className="border-l border-dashed border-edge pl-2.5">
          Also waits for <StepNames place={place} jobs={after} />
        </p>
      )}
    </div>
  )
}

interface StratumProps {
  readonly place: BuildPlace
  readonly job: JobView
  readonly isOwn: boolean
}

/** Shows a step and its snapshot. */
function Stratum({ place, job, isOwn }: StratumProps) {
  const { zone } = useAppearance()
  const kept = snapshotSummary(job, (at) => formatInstant(at, zone))
  return (
    <li className="flex flex-wrap items-center gap-x-1.5">
      <StateMark state={job.state} cached={job.cached} softFailed={job.soft_failed} size={14} />
      {isOwn ? (
        <strong className="font-semibold">
          <IsolatedText text={nameOf(job)} />
        </strong>
      ) : (
        <SentenceLine place={place} sentence={[{ kind: 'step', text: nameOf(job), job }]} />
      )}
      <span className="text-12 text-muted">{kept === null ? 'no snapshot' : kept}</span>
    </li>
  )
}

const shownNames = 8

function StepNames({ place, jobs }: { readonly place: BuildPlace; readonly jobs: readonly JobView[] }) {
  const more = jobs.length - shownNames
  return (
    <>
      {jobs.slice(0, shownNames).map((job, index) => (
        <span key={job.id}>
          {index > 0 && ', '}
          <SentenceLine place={place} sentence={[{ kind: 'step', text: nameOf(job), job }]} />
        </span>
      ))}
      {more > 0 && ` and ${more} more`}
    </>
  )
}
