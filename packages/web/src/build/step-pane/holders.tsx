import { Link } from '@tanstack/react-router'
import { Foreign } from '../../design/isolated-text.tsx'
import type { JobView } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'

type Refs = NonNullable<JobView['waiting']>['refs']

const link = 'underline decoration-edge decoration-1 underline-offset-3 hover:decoration-current'

/** Who is at what a step waits for, and where a limit or a group is explained; nothing for other waits. */
export function Holders({ place, refs }: { readonly place: BuildPlace; readonly refs: Refs }) {
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

function HolderLink({
  org,
  name,
  job_id,
  pipeline_slug,
  build_number,
}: Pick<Refs[number], 'name' | 'job_id' | 'pipeline_slug' | 'build_number'> & { readonly org: string }) {
  if (pipeline_slug == null || build_number == null) return <Foreign text={name} />
  const params = { org, slug: pipeline_slug, number: String(build_number) }
  return (
    <>
      <Link
        to="/$org/pipelines/$slug/builds/$number"
        params={params}
        search={job_id === null ? {} : { job: job_id }}
        className={link}
      >
        <Foreign text={name} />
      </Link>
      {job_id !== null && (
        <span className="text-muted">
          {' '}
          in <Foreign text={`${pipeline_slug} #${build_number}`} />
        </span>
      )}
    </>
  )
}
