import { testTitle, verdictWords } from '@harmont/logs/test-names'
import { Link } from '@tanstack/react-router'
import { Tag } from '../../design/chip.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { StateMark } from '../../design/state-mark.tsx'
import { ForkLinks } from '../../navigation/fork-links.tsx'
import { capital } from '../../text/capital.ts'
import { formatTestDuration } from '../../text/duration.ts'
import { firstWords, testPlace } from '../../text/test-names.ts'
import { addressOf, type JobView, nameOf } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import type { BuildTest } from './queries.ts'

interface TestRowProps {
  readonly place: BuildPlace
  readonly test: BuildTest
  /** The step that reported the test; null for an attempt that the page does not show. */
  readonly job: JobView | null
}

const link = 'inline-block py-0.5 underline decoration-edge decoration-1 underline-offset-3 hover:decoration-current'

/** Shows one test: state, name, file and line, message, step and duration. */
export function TestRow({ place, test, job }: TestRowProps) {
  const { state, message, duration_ms: ms } = test
  const words = firstWords(message)
  const at = testPlace(test)
  const proved = verdictWords(test)
  return (
    <div className="flex items-start gap-3 border-b border-hairline px-4 py-1 hover:bg-sunk">
      <span className="pt-1">
        <StateMark state={state} cached={test.cached} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <Link
            to="/$org/pipelines/$slug/tests/$test"
            params={{ org: place.org, slug: place.slug, test: test.id }}
            className="min-w-0 py-0.5 font-semibold break-words hover:underline"
          >
            <IsolatedText text={testTitle(test)} />
          </Link>
          {test.new && <Tag>New here</Tag>}
          {proved !== null && <Tag>{capital(proved)}</Tag>}
          {test.quarantined === true && <Tag>In quarantine</Tag>}
        </p>
        {words !== null && <Message text={message ?? ''} words={words} />}
        <p className="mt-0.5 flex flex-wrap items-baseline gap-x-3 text-13 text-muted">
          {at !== null && (
            <span className="min-w-0 break-all font-mono">
              <IsolatedText text={at} />
            </span>
          )}
          {job !== null && <StepLink place={place} job={job} test={test} />}
          {job !== null && <ForkLinks {...place} step={addressOf(job)} results={test.fork_results ?? []} />}
        </p>
      </div>
      <span className="tabular shrink-0 pt-0.5 text-13 text-muted">
        <span className="sr-only">ran for </span>
        {formatTestDuration(ms)}
      </span>
    </div>
  )
}

/** Expands to the whole message if it has more than one line. */
function Message({ text, words }: { readonly text: string; readonly words: string }) {
  const whole = text.trim()
  const line = (
    <span className="text-13">
      <IsolatedText text={words} />
    </span>
  )
  if (whole === words) return <p className="break-words">{line}</p>
  return (
    <details>
      <summary className="w-fit max-w-full cursor-pointer py-0.5 break-words">{line}</summary>
      <pre className="max-h-96 overflow-auto rounded-small bg-inset p-2 font-log text-13">
        <IsolatedText text={whole} />
      </pre>
    </details>
  )
}

/** Links the step's log, at the line of the failure if one is known. */
function StepLink({ place, job, test }: TestRowProps & { readonly job: JobView }) {
  const title = testTitle(test)
  const line = job.failure?.reports?.find((report) => report.test === title)?.log_line ?? null
  return (
    <Link
      to="/$org/pipelines/$slug/builds/$number"
      params={{ org: place.org, slug: place.slug, number: String(place.number) }}
      search={{ job: addressOf(job) }}
      {...(line !== null && { hash: `L${line}` })}
      className={`inline-block py-0.5 ${link}`}
    >
      <IsolatedText text={nameOf(job)} />
      {line !== null && ` · line ${line}`}
    </Link>
  )
}
