import { Link } from '@tanstack/react-router'
import { Foreign } from '../../design/isolated-text.tsx'
import type { JobView } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { cacheWords, changeKind, shortDigest } from '../sentences/cache.ts'

interface CacheFactsProps {
  readonly place: BuildPlace
  readonly cache: JobView['cache']
  readonly now: number
}

/** What the cache did, where a hit came from, and what a miss found changed: digests, never values (web B6). */
export function CacheFacts({ place, cache, now }: CacheFactsProps) {
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
            {cacheWords(cache, now)}
          </Link>
        ) : (
          cacheWords(cache, now)
        )}
        {policy !== null && (
          <span className="text-muted">
            {' '}
            Cache policy: <Foreign text={policy} />.
          </span>
        )}
      </p>
      {rule !== null && (
        <p className="text-muted">
          <Foreign text={rule} />
        </p>
      )}
      {changes.length > 0 && (
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
                  {changeKind(kind)} {name !== kind && <Foreign text={name} />}
                </td>
                <td className="font-mono">{shortDigest(before)}</td>
                <td className="font-mono">{shortDigest(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
