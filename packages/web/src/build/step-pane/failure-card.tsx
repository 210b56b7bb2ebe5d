import { ChevronDown, ChevronUp } from 'lucide-react'
import { useId, useState } from 'react'
import { serverNow } from '../../api/clock.ts'
import { isScreen } from '../../browser/screen.ts'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { capital } from '../../text/capital.ts'
import { counted } from '../../text/count.ts'
import { compareLink } from '../data/compare-link.ts'
import { type BuildView, isHardFailure, type JobView } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { otherFailures, sinceSentence } from '../sentences/failure-context.ts'
import { failureReason, isPlatformFault, isUnstarted } from '../sentences/failure-reason.ts'
import { reportSentence, reportsOf } from '../sentences/failure-reports.ts'
import { CodeLink } from './code-link.tsx'
import { SentenceLine, ServerText } from './sentence-line.tsx'

interface FailureCardProps {
  readonly place: BuildPlace
  readonly view: BuildView
  readonly job: JobView
  /** Whether the headline omits the end of its sentence. */
  readonly isHeadlineCut: boolean
}

/**
 * Shows why a step failed, whether the failure is new, and other failed or skipped steps (web B3).
 */
export function FailureCard({ place, view, job, isHeadlineCut }: FailureCardProps) {
  const { failure } = job
  // A low or narrow window needs its room for the log.
  const [isOpen, setOpen] = useState(() => isScreen('roomy'))
  const linesId = useId()
  const { summary, lines } = otherFailures(view, job, serverNow())
  const says = failure !== null && failure.kind !== 'exit' && failure.message !== ''
  const Arrow = isOpen ? ChevronUp : ChevronDown
  return (
    <section
      aria-label="Why it failed"
      className={`max-h-[30vh] shrink-0 overflow-y-auto border-b border-hairline px-3 py-1 text-13 ${job.soft_failed ? 'bg-soft-tint' : 'bg-fail-tint'}`}
    >
      <div className="flex items-start gap-3">
        <Headline place={place} view={view} job={job} />
        {summary !== null && (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={linesId}
            onClick={() => setOpen(!isOpen)}
            className="inline-flex min-h-6 shrink-0 items-center gap-1 rounded-small px-1 underline decoration-edge underline-offset-3 pointer-coarse:min-h-11"
          >
            {summary} <Arrow size={16} aria-hidden="true" />
          </button>
        )}
      </div>
      {says && (
        <p>
          <ServerText text={failure.message} />
        </p>
      )}
      {failure?.hint != null && (
        <p>
          <ServerText text={failure.hint} />
        </p>
      )}
      <FailureReportList place={place} job={job} least={isHeadlineCut ? 1 : 2} />
      <div id={linesId}>{isOpen && <Lines lines={lines} place={place} />}</div>
      {failure !== null && failure.first_error_line == null && <FailureTail lines={failure.tail} />}
    </section>
  )
}

interface LinesProps {
  readonly lines: ReturnType<typeof otherFailures>['lines']
  readonly place: BuildPlace
}

/** Shows the other failed or skipped steps. */
function Lines({ lines, place }: LinesProps) {
  return lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
    <p key={index}>
      <SentenceLine sentence={line} place={place} />
    </p>
  ))
}

function Headline({ place, view, job }: Omit<FailureCardProps, 'isHeadlineCut'>) {
  return (
    <p className="min-w-0 flex-1">
      <strong className={`font-semibold ${job.soft_failed ? 'text-soft' : 'text-fail'}`}>
        {capital(failureReason(job))}
      </strong>
      {isUnstarted(job) && <strong className="font-semibold"> · Command not started</strong>}
      {isPlatformFault(job) && <strong className="font-semibold"> · Not caused by your command</strong>}
      {job.soft_failed && ` · ${softReason(job)}: the build continues`}
      <ErrorCode job={job} />
      {isHardFailure(job) && <Since place={place} view={view} job={job} />}
    </p>
  )
}

function ErrorCode({ job: { error_code, failure } }: { readonly job: JobView }) {
  return error_code ? (
    <>
      {' · '}
      <CodeLink code={error_code} page={failure?.doc_url} />
    </>
  ) : null
}

/** Tells whether the failure is new, and links the changes since the last pass. */
function Since({ place, view, job }: Omit<FailureCardProps, 'isHeadlineCut'>) {
  const page = compareLink(view)
  const changes = job.cache.changes.length
  return (
    <>
      {' · '}
      <SentenceLine sentence={sinceSentence(view)} place={place} />
      {page !== null && (
        <>
          {' '}
          <a className="underline" href={page} target="_blank" rel="noopener noreferrer">
            Changes since then
          </a>
        </>
      )}
      {changes > 0 && ` ${counted(changes, 'input')} to its cache changed; see Details.`}
    </>
  )
}

function softReason({ failure }: JobView): string {
  const tests = failure?.quarantined ?? 0
  return tests === 0 ? 'allowed' : `${counted(tests, 'test')} in quarantine`
}

/** More lines would leave too little room for the log. */
const shownAtFirst = 3

interface FailureReportListProps {
  readonly place: BuildPlace
  readonly job: JobView
  /** Lists the reports only from this number on, because the headline already names fewer. */
  readonly least: number
}

/** Lists the reports of a step with links into its log (web B3). */
function FailureReportList({ place, job, least }: FailureReportListProps) {
  const [isWhole, setWhole] = useState(false)
  const reports = reportsOf(job)
  if (reports.length < least) return null
  const shown = isWhole ? reports : reports.slice(0, shownAtFirst)
  const hidden = reports.length - shown.length
  const unnamed = (job.failure?.failed_tests ?? 0) + (job.failure?.other_errors ?? 0) - reports.length
  return (
    <>
      <ul aria-label="Failures">
        {shown.map((report, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: reports of one failure have no other name
          <li key={index} className="break-words md:truncate">
            <SentenceLine sentence={reportSentence(report, job)} place={place} />
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

/** Shows the last lines of a failed step whose log has no error line (web B3). */
function FailureTail({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null
  return (
    <details>
      <summary className="w-fit">{lines.length === 1 ? 'Last line' : `Last ${lines.length} lines`}</summary>
      <pre className="overflow-x-auto py-1 font-log text-13">
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
          <span key={index} className="block whitespace-pre">
            <IsolatedText text={withoutColours(line)} />
          </span>
        ))}
      </pre>
    </details>
  )
}

/** Removes colour sequences, which only the log viewer interprets. */
function withoutColours(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences are control characters
  return line.replace(/\x1b\[[0-9;:]*[a-zA-Z]/g, '')
}
