import { Link } from '@tanstack/react-router'
import { Button } from '../design/button.tsx'
import { Tag } from '../design/chip.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { StateMark } from '../design/state-mark.tsx'
import { Td } from '../design/table.tsx'
import { counted } from '../text/count.ts'
import { showInvisible } from '../text/escape.ts'
import { audience, isShortOfDisk, roomSentence } from './facts.ts'
import type { Runner } from './queries.ts'
import { RunnerState } from './runner-state.tsx'

export const runnerColumns = [
  { name: 'Runner', className: 'sm:w-2/5' },
  { name: 'Jobs', className: 'sm:w-3/10' },
  'Last seen',
  'Release',
  { name: 'Actions', isSpokenOnly: true, numeric: true },
] as const

interface RunnerRowProps {
  readonly org: string
  readonly runner: Runner
  readonly onDrain: () => void
  readonly onResume: () => void
  readonly onRevoke: () => void
}

/** Shows a runner: its identity, its jobs, and its actions. */
export function RunnerRow({ org, runner, onDrain, onResume, onRevoke }: RunnerRowProps) {
  const { name, kind, state, labels, release, protocol, seen_at, started_at, joined_at, draining_since, manageable } =
    runner
  const refused = manageable ? null : 'Other organizations use it too: only operators of the server can change it'
  const shown = showInvisible(name)
  const room = roomSentence(runner)
  return (
    <tr>
      <Td className="max-sm:first:basis-full!">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="font-semibold" title={runner.id}>
            <IsolatedText text={kind === 'server' ? 'The server itself' : name} />
          </span>
          <RunnerState state={state} />
          {labels.map((label) => (
            <Tag key={label}>
              <IsolatedText text={label} />
            </Tag>
          ))}
        </div>
        <p className="text-13 text-muted">
          For <IsolatedText text={audience(runner.organizations, org)} />
          {!runner.secrets && ', without secrets'}
        </p>
        {room !== null && (
          <p className={`tabular text-13 ${isShortOfDisk(runner) ? 'text-wait' : 'text-muted'}`}>{room}</p>
        )}
      </Td>
      <Td className="max-sm:basis-full">
        <RunnerJobs org={org} runner={runner} />
      </Td>
      <Td label="Seen">
        <span className="inline-flex flex-wrap gap-x-2 sm:flex-col">
          <Ago at={seen_at} />
          {started_at != null && (
            <span className="text-13 whitespace-nowrap text-muted">
              started <Ago at={started_at} />
            </span>
          )}
          {joined_at != null && (
            <span className="text-13 whitespace-nowrap text-muted">
              joined <Ago at={joined_at} />
            </span>
          )}
        </span>
      </Td>
      <Td label="Release">
        {release == null ? '—' : <IsolatedText text={release} />}
        {protocol != null && <span className="text-13 whitespace-nowrap text-muted"> protocol {protocol}</span>}
      </Td>
      <Td numeric className="max-sm:order-4!">
        <span className="inline-flex justify-end gap-1 max-sm:flex-wrap">
          {draining_since == null ? (
            <Button look="quiet" aria-label={`Drain ${shown}`} refused={refused} onClick={onDrain}>
              Drain
            </Button>
          ) : (
            <Button look="quiet" aria-label={`Resume ${shown}`} refused={refused} onClick={onResume}>
              Resume
            </Button>
          )}
          {kind !== 'server' && (
            <Button look="quiet" aria-label={`Revoke ${shown}`} refused={refused} onClick={onRevoke}>
              Revoke
            </Button>
          )}
        </span>
      </Td>
    </tr>
  )
}

/** Links the jobs that a runner holds, and counts those of other organizations. */
function RunnerJobs({ org, runner }: Pick<RunnerRowProps, 'org' | 'runner'>) {
  const { jobs, other_jobs, slots } = runner
  const held = jobs.length + other_jobs
  return (
    <>
      <p className="text-13 text-muted">
        {slots == null ? counted(held, 'job') : `${held} of ${counted(slots, 'slot')}`}
      </p>
      <ul>
        {jobs.map(({ job_id, name, organization, pipeline_slug, build_number, state, since }) => (
          <li key={job_id} className="flex flex-wrap items-center gap-x-2">
            <StateMark state={state} />
            <Link
              to="/$org/pipelines/$slug/builds/$number"
              params={{ org: organization, slug: pipeline_slug, number: String(build_number) }}
              search={{ job: job_id }}
              className="inline-block py-0.5 underline"
            >
              <IsolatedText text={name ?? 'Render the pipeline'} />
            </Link>
            <span className="text-13 text-muted">
              <IsolatedText
                text={`${organization === org ? '' : `${organization}/`}${pipeline_slug} #${build_number}`}
              />
              , <Ago at={since} />
            </span>
          </li>
        ))}
        {other_jobs > 0 && (
          <li className="text-13 text-muted">
            {jobs.length > 0 ? `and ${counted(other_jobs, 'more job')}` : `${counted(other_jobs, 'job')} of others`}
          </li>
        )}
      </ul>
    </>
  )
}
