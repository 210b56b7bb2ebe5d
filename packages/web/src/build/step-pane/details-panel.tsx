import { useNow } from '../../api/clock.ts'
import { Foreign } from '../../design/isolated-text.tsx'
import { isEnded, type JobView } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { costWords } from '../sentences/cost.ts'
import { CacheFacts } from './cache-facts.tsx'
import { LineagePanel } from './lineage-panel.tsx'

interface DetailsPanelProps {
  readonly place: BuildPlace
  readonly job: JobView
  readonly jobs: readonly JobView[]
}

/** What a step runs, on what, out of which cache, and what it cost (web B6, B7, B16). */
export function DetailsPanel({ place, job, jobs }: DetailsPanelProps) {
  const now = useNow()
  return (
    <section
      aria-label="Step details"
      className="grid max-h-[45vh] shrink-0 grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 overflow-y-auto border-b border-hairline bg-raised px-3 py-2 text-13 *:odd:text-muted"
    >
      {job.command != null && (
        <>
          <span>Command</span>
          <pre className="max-h-32 overflow-auto font-mono whitespace-pre-wrap">
            <Foreign text={job.command} />
          </pre>
        </>
      )}
      <span>Built on</span>
      <LineagePanel place={place} job={job} jobs={jobs} />
      <span>Cache</span>
      <CacheFacts place={place} cache={job.cache} now={now} />
      <span>Cost</span>
      <span className="tabular">{costWords(job.cost, isEnded(job))}</span>
    </section>
  )
}
