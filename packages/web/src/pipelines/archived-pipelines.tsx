import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Ago } from '../design/instant.tsx'
import { Foreign } from '../design/isolated-text.tsx'
import { ErrorState } from '../design/page-states.tsx'
import { Fold } from './fold.tsx'
import { archivedQuery } from './queries.ts'

/** Pipelines that build nothing more; their pages, and the way back, are still there. */
export function ArchivedPipelines({ org }: { readonly org: string }) {
  const [isOpen, setOpen] = useState(false)
  const { data, error, refetch } = useQuery({ ...archivedQuery(org), enabled: isOpen })
  return (
    <Fold title="Archived pipelines" className="mx-4 my-6" onToggle={setOpen}>
      {error !== null && data === undefined && (
        <ErrorState error={error} what="archived pipelines" onRetry={() => void refetch()} />
      )}
      {data?.length === 0 && <p className="text-muted">None.</p>}
      <ul>
        {data?.map(({ slug, name, archived_at }) => (
          <li key={slug} className="flex min-h-7 items-center gap-3">
            <Link to="/$org/pipelines/$slug" params={{ org, slug }} className="underline">
              <Foreign text={name} />
            </Link>
            <span className="text-muted">
              archived <Ago at={archived_at} />
            </span>
          </li>
        ))}
      </ul>
    </Fold>
  )
}
