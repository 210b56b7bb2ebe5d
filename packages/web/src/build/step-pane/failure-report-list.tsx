import { useState } from 'react'
import { counted } from '../../text/plural.ts'
import type { JobView } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { reportsOf, reportWords } from '../sentences/failure-reports.ts'
import { SentenceLine } from './sentence-line.tsx'

/** So many lines leave the log its room. */
const shownAtFirst = 3

/** What failed in a step, each with a link to its line in the log (web B3). One alone is in the page's headline. */
export function FailureReportList({ place, job }: { readonly place: BuildPlace; readonly job: JobView }) {
  const [isWhole, setWhole] = useState(false)
  const reports = reportsOf(job)
  if (reports.length < 2) return null
  const shown = isWhole ? reports : reports.slice(0, shownAtFirst)
  const hidden = reports.length - shown.length
  const unnamed = (job.failure?.failed_tests ?? 0) + (job.failure?.other_errors ?? 0) - reports.length
  return (
    <>
      <ul aria-label="Failures">
        {shown.map((report) => (
          <li key={report.log_line} className="truncate">
            <SentenceLine sentence={reportWords(report, job)} place={place} />
          </li>
        ))}
      </ul>
      {hidden > 0 && (
        <button
          type="button"
          onClick={() => setWhole(true)}
          className="inline-flex min-h-6 items-center rounded-small underline decoration-edge underline-offset-3 pointer-coarse:min-h-11"
        >
          {counted(hidden, 'more failure')}
        </button>
      )}
      {hidden === 0 && unnamed > 0 && <p>{counted(unnamed, 'more failure')} in the log.</p>}
    </>
  )
}
