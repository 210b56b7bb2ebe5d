import { useNow } from '../../api/clock.ts'
import { Button } from '../../design/button.tsx'
import { Instant } from '../../design/instant.tsx'
import { Foreign } from '../../design/isolated-text.tsx'
import { StateMark } from '../../design/state-mark.tsx'
import { formatDuration } from '../../text/duration.ts'
import { instantOf, type JobView, nameOf } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import type { Sentence } from '../sentences/build-sentence.ts'
import { skipWords } from '../sentences/skipped.ts'
import { Holders } from './holders.tsx'
import { Said } from './said.tsx'
import { SentenceLine } from './sentence-line.tsx'

interface PanelProps {
  readonly place: BuildPlace
  readonly job: JobView
  readonly byId: ReadonlyMap<string, JobView>
}

interface WaitingPanelProps extends PanelProps {
  readonly canApprove: boolean
  readonly onApprove: () => void
}

/** Why a step has not started: the server's sentence, since when, and what it waits for (web B5). */
export function WaitingPanel({ place, job, byId, canApprove, onApprove }: WaitingPanelProps) {
  const { waiting } = job
  const refs = waiting?.refs ?? []
  return (
    <section aria-label="Why it is waiting" className="flex max-w-[72ch] flex-col items-start gap-3 p-6">
      <h3 className="flex items-start gap-2 text-16 font-semibold">
        <span className="mt-1 inline-flex">
          <StateMark state={job.state} />
        </span>
        <span>
          <Said text={waiting?.message ?? 'The reason is not known yet.'} />
        </span>
      </h3>
      {waiting !== null && <Since since={waiting.since} />}
      {waiting?.ahead === 0 && <p>Next in line.</p>}
      <Holders place={place} refs={refs} />
      {refs.some(({ kind }) => kind === 'step') && (
        <ul className="flex flex-col gap-1">
          {refs.map(({ name, job_id }) => {
            const awaited = byId.get(job_id ?? '')
            return (
              awaited !== undefined && (
                <li key={job_id ?? name} className="flex items-center gap-2">
                  <StateMark state={awaited.state} cached={awaited.cached} />
                  <SentenceLine place={place} sentence={[{ kind: 'step', text: nameOf(awaited), job: awaited }]} />
                </li>
              )
            )
          })}
        </ul>
      )}
      {refs.some(({ kind }) => kind === 'approval') && canApprove && (
        <Button look="primary" onClick={onApprove}>
          Approve…
        </Button>
      )}
      <Command job={job} />
    </section>
  )
}

function Since({ since }: { readonly since: string }) {
  const now = useNow()
  const from = instantOf(since)
  if (from === null) return null
  return (
    <p className="tabular text-muted">
      For {formatDuration(now - from)}, since <Instant at={since} />.
    </p>
  )
}

/** What became of a step that was never run. */
export function NotRunPanel({ place, job, byId }: PanelProps) {
  const said: Sentence =
    job.state === 'skipped'
      ? skipWords(job, byId)
      : job.error_message
        ? [{ kind: 'said', text: job.error_message }]
        : ['It was canceled before it started.']
  return (
    <section aria-label="Why it did not run" className="flex max-w-[72ch] flex-col items-start gap-3 p-6">
      <h3 className="flex items-start gap-2 text-16 font-semibold">
        <span className="mt-1 inline-flex">
          <StateMark state={job.state} />
        </span>
        <span>
          <SentenceLine place={place} sentence={said} />
        </span>
      </h3>
      <Command job={job} />
    </section>
  )
}

function Command({ job: { command } }: { readonly job: JobView }) {
  if (!command) return null
  return (
    <div className="max-w-full">
      <p className="text-13 text-muted">Command</p>
      <pre className="max-h-60 overflow-auto rounded-small border border-hairline bg-inset px-2 py-1.5 font-mono text-13 whitespace-pre-wrap">
        <Foreign text={command} />
      </pre>
    </div>
  )
}
