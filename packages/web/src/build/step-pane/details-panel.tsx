import { Link } from '@tanstack/react-router'
import { useNow } from '../../api/clock.ts'
import { usePermission } from '../../api/session.ts'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { isEnded, type JobView } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { cacheSentence, changeKind, shortDigest } from '../sentences/cache.ts'
import { costLabel } from '../sentences/cost.ts'
import { EgressFacts } from './egress-facts.tsx'
import { LineagePanel } from './lineage-panel.tsx'

interface DetailsPanelProps {
  readonly place: BuildPlace
  readonly job: JobView
  readonly jobs: readonly JobView[]
}

/** Shows command, lineage, cache and cost of a step (web B6, B7, B16). */
export function DetailsPanel({ place, job, jobs }: DetailsPanelProps) {
  const now = useNow()
  const { id_tokens: audiences = [] } = job
  return (
    <section
      aria-label="Step details"
      className="grid max-h-[45vh] shrink-0 grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 overflow-y-auto border-b border-hairline bg-raised px-3 py-2 text-13 *:odd:text-muted"
    >
      {job.command != null && (
        <>
          <span>Command</span>
          <pre className="max-h-32 overflow-auto font-mono whitespace-pre-wrap">
            <IsolatedText text={job.command} />
          </pre>
        </>
      )}
      <span>Built on</span>
      <LineagePanel place={place} job={job} jobs={jobs} />
      <span>Cache</span>
      <CacheFacts place={place} cache={job.cache} now={now} />
      {audiences.length > 0 && (
        <>
          <span>Identity tokens</span>
          <span>
            for <IsolatedText text={audiences.join(', ')} />
          </span>
        </>
      )}
      {job.runner != null && (
        <>
          <span>Runner</span>
          <RunnerFact org={place.org} runner={job.runner} />
        </>
      )}
      <EgressFacts place={place} job={job} />
      <span>Cost</span>
      <span className="tabular">{costLabel(job.cost, isEnded(job))}</span>
    </section>
  )
}

interface RunnerFactProps {
  readonly org: string
  readonly runner: NonNullable<JobView['runner']>
}

/** Names the runner of the job, and links its page for people who may see it. */
function RunnerFact({ org, runner: { id, name, pool } }: RunnerFactProps) {
  const mayLook = usePermission(org, 'runners')
  const shown = <IsolatedText text={name} />
  return (
    <span title={id}>
      {mayLook ? (
        <Link to="/$org/settings/runners" params={{ org }} className="underline">
          {shown}
        </Link>
      ) : (
        shown
      )}
      {pool !== null && (
        <span className="text-muted">
          , pool <IsolatedText text={pool} />
        </span>
      )}
    </span>
  )
}

interface CacheFactsProps {
  readonly place: BuildPlace
  readonly cache: JobView['cache']
  readonly now: number
}

/** Shows the cache's decision, the origin of a hit, and changed inputs by digest (web B6). */
function CacheFacts({ place, cache, now }: CacheFactsProps) {
  const { from, changes, outcome, policy, rule = null } = cache
  return (
    <div className="flex flex-col gap-1">
      <p>
        {outcome === 'hit' && from !== null ? (
          <Link
            to="/$org/pipelines/$slug/builds/$number"
            params={{ org: place.org, slug: from.pipeline_slug, number: String(from.number) }}
            search={{ job: from.job_id }}
            className="underline"
          >
            {cacheSentence(cache, now)}
          </Link>
        ) : (
          cacheSentence(cache, now)
        )}
        {policy !== null && (
          <span className="text-muted">
            {' '}
            Cache policy: <IsolatedText text={policy} />.
          </span>
        )}
      </p>
      {rule !== null && (
        <p className="text-muted">
          <IsolatedText text={rule} />
        </p>
      )}
      {changes.length > 0 && <Changes changes={changes} />}
    </div>
  )
}

function Changes({ changes }: Pick<JobView['cache'], 'changes'>) {
  return (
    <table className="w-full max-w-180 text-left">
      <thead className="text-muted">
        <tr>
          <th className="font-normal">What changed</th>
          <th className="font-normal">Before</th>
          <th className="font-normal">Now</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ kind, name, before, after }) => (
          <tr key={`${kind} ${name}`}>
            <td>
              {changeKind(kind)} {name !== kind && <IsolatedText text={name} />}
            </td>
            <td className="font-mono">{shortDigest(before)}</td>
            <td className="font-mono">{shortDigest(after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
