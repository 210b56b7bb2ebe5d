import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { usePermission } from '../../api/session.ts'
import { Button } from '../../design/button.tsx'
import { Ago } from '../../design/instant.tsx'
import { ConfirmDialog } from '../../design/overlays/confirm-dialog.tsx'
import { toast, toastFailure } from '../../interaction/toasts.tsx'
import { changePipeline } from '../queries.ts'

interface ArchiveSectionProps {
  readonly org: string
  readonly pipeline: Schema<'Pipeline'>
}

/** Archives a pipeline once its name is typed, and restores it. */
export function ArchiveSection({ org, pipeline: { slug, archived_at } }: ArchiveSectionProps) {
  const change = useArchive(org, slug)
  const [isAsking, setAsking] = useState(false)
  const isArchived = archived_at != null
  const refused = usePermission(org, 'pipeline.manage')
    ? null
    : `Only owners and admins of ${org} can archive pipelines`
  return (
    <section aria-labelledby="archive" className="flex flex-col items-start gap-2">
      <h2 id="archive" className="text-16 font-semibold">
        {isArchived ? 'Archived' : 'Archive'}
      </h2>
      {isArchived ? (
        <p className="text-muted">
          Since <Ago at={archived_at} /> it starts no builds and is hidden from lists. Its builds and logs are kept.
        </p>
      ) : (
        <p className="text-muted">
          Stops new builds and hides the pipeline from lists. Builds, logs and secrets are kept, and you can restore it.
        </p>
      )}
      {isArchived ? (
        <Button refused={refused} onClick={() => toastFailure(change(false))}>
          Restore this pipeline
        </Button>
      ) : (
        <Button look="danger" refused={refused} onClick={() => setAsking(true)}>
          Archive this pipeline
        </Button>
      )}
      <ConfirmDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={`Archive ${slug}?`}
        confirm={`Archive ${slug}`}
        typed={slug}
        onConfirm={() => change(true)}
      >
        <p>Pushes, schedules and people cannot start its builds until it is restored. Running builds finish.</p>
      </ConfirmDialog>
    </section>
  )
}

/** Returns the function that archives the pipeline, or restores it. */
function useArchive(org: string, slug: string) {
  const queries = useQueryClient()
  return async (archived: boolean) => {
    await changePipeline(queries, org, slug, { archived })
    await queries.invalidateQueries({ queryKey: ['archived-pipelines', org] })
    toast(archived ? `${slug} is archived` : `${slug} is restored`)
  }
}
