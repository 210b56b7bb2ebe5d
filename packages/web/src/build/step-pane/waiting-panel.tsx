import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useNow } from '../../api/clock.ts'
import { usePermission } from '../../api/session.ts'
import { Button } from '../../design/button.tsx'
import { Instant } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { StateMark } from '../../design/state-mark.tsx'
import { formatDuration } from '../../text/duration.ts'
import { instantOf, type JobView, nameOf } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import type { Sentence } from '../sentences/sentence.ts'
import { skipSentence } from '../sentences/skipped.ts'
import { SentenceLine, ServerText } from './sentence-line.tsx'

interface PanelProps {
  readonly place: BuildPlace
  readonly job: JobView
  readonly byId: ReadonlyMap<string, JobView>
}

interface WaitingPanelProps extends PanelProps {
  readonly canApprove: boolean
  readonly onApprove: () => void
}

/** Shows why a step has not started, since when, and what it waits for (web B5). */
export function WaitingPanel({ place, job, byId, canApprove, onApprove }: WaitingPanelProps) {
  const { waiting } = job
  const refs = waiting?.refs ?? []
  return (
    <ReasonPanel
      label="Why it is waiting"
      job={job}
      reason={<ServerText text={waiting?.message ?? 'The reason is not known yet.'} />}
    >
      {waiting !== null && <Since since={waiting.since} />}
      {waiting?.ahead === 0 && <p>Next in line.</p>}
      <Holders place={place} refs={refs} />
      {job.wait_reason === 'runner' && <RunnerLinks org={place.org} />}
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
    </ReasonPanel>
  )
}

interface ReasonPanelProps {
  readonly label: string
  readonly job: JobView
  readonly reason: ReactNode
  readonly children?: ReactNode
}

/** Shows the state of a step, its reason, and the command. */
function ReasonPanel({ label, job, reason, children }: ReasonPanelProps) {
  return (
    <section aria-label={label} className="flex max-w-[72ch] flex-col items-start gap-3 p-6">
      <h3 className="flex items-start gap-2 text-16 font-semibold">
        <span className="mt-1 inline-flex">
          <StateMark state={job.state} />
        </span>
        <span>{reason}</span>
      </h3>
      {children}
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

/** Shows why a step never ran. */
export function NotRunPanel({ place, job, byId }: PanelProps) {
  const said: Sentence =
    job.state === 'skipped'
      ? skipSentence(job, byId)
      : job.error_message
        ? [{ kind: 'server', text: job.error_message }]
        : ['It was canceled before it started.']
  return <ReasonPanel label="Why it did not run" job={job} reason={<SentenceLine place={place} sentence={said} />} />
}

function Command({ job: { command } }: { readonly job: JobView }) {
  if (!command) return null
  return (
    <div className="max-w-full">
      <p className="text-13 text-muted">Command</p>
      <pre className="max-h-60 overflow-auto rounded-small border border-hairline bg-inset px-2 py-1.5 font-mono text-13 whitespace-pre-wrap">
        <IsolatedText text={command} />
      </pre>
    </div>
  )
}

type Refs = NonNullable<JobView['waiting']>['refs']

const link = 'underline decoration-edge decoration-1 underline-offset-3 hover:decoration-current'

/** Lists the holders of a limit or concurrency group, and links its documentation. */
function Holders({ place, refs }: { readonly place: BuildPlace; readonly refs: Refs }) {
  const gate = refs.find(({ kind }) => kind === 'limit' || kind === 'concurrency_group')
  if (gate === undefined) return null
  const holders = refs.filter(({ kind }) => kind === 'holder')
  const page = gate.kind === 'limit' ? '/docs/operating#limits-and-turns' : '/docs/pipelines#machines-and-queues'
  return (
    <>
      {holders.length > 0 && (
        <div>
          <p className="text-13 text-muted">{gate.kind === 'limit' ? 'Running now' : 'In the group now'}</p>
          <ul className="flex flex-col gap-1">
            {holders.map(({ name, job_id, pipeline_slug, build_number }) => (
              <li key={job_id ?? `${pipeline_slug} ${build_number}`}>
                <HolderLink org={place.org} {...{ name, job_id, pipeline_slug, build_number }} />
              </li>
            ))}
          </ul>
        </div>
      )}
      <p className="text-13">
        <a href={page} className={link}>
          {gate.kind === 'limit' ? 'About limits' : 'About concurrency groups'}
        </a>
      </p>
    </>
  )
}

/**
 * Links help for a job that waits for a runner: the page of runners, or the instructions to add
 * one.
 */
function RunnerLinks({ org }: { readonly org: string }) {
  return (
    <p className="text-13">
      {usePermission(org, 'runners') ? (
        <Link to="/$org/settings/runners" params={{ org }} className={link}>
          Runners and what waits for them
        </Link>
      ) : (
        <a href="/docs/runners" className={link}>
          About runners
        </a>
      )}
    </p>
  )
}

function HolderLink({
  org,
  name,
  job_id,
  pipeline_slug,
  build_number,
}: Pick<Refs[number], 'name' | 'job_id' | 'pipeline_slug' | 'build_number'> & { readonly org: string }) {
  if (pipeline_slug == null || build_number == null) return <IsolatedText text={name} />
  const params = { org, slug: pipeline_slug, number: String(build_number) }
  return (
    <>
      <Link
        to="/$org/pipelines/$slug/builds/$number"
        params={params}
        search={job_id === null ? {} : { job: job_id }}
        className={link}
      >
        <IsolatedText text={name} />
      </Link>
      {job_id !== null && (
        <span className="text-muted">
          {' '}
          in <IsolatedText text={`${pipeline_slug} #${build_number}`} />
        </span>
      )}
    </>
  )
}
