import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { Button } from '../../design/button.tsx'
import { Dialog } from '../../design/overlays/dialog.tsx'
import { ErrorState, Skeleton } from '../../design/page-states.tsx'
import { connectedNamesQuery } from '../getting-started/queries.ts'
import { buildSources } from './build-sources.ts'
import { NewBuildForm } from './new-build-form.tsx'
import { newestBuildQuery } from './queries.ts'

interface NewBuildDialogProps {
  readonly org: string
  readonly pipeline: Schema<'Pipeline'>
  readonly open: boolean
  readonly onClose: () => void
}

/** Starts a build manually (web P5). */
export function NewBuildDialog({ org, pipeline, open, onClose }: NewBuildDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title="New build">
      <Loaded org={org} pipeline={pipeline} onClose={onClose} />
    </Dialog>
  )
}

/** A child of the dialog, so that its data is new each time. */
function Loaded({ org, pipeline, onClose }: Omit<NewBuildDialogProps, 'open'>) {
  const id = useId()
  const connected = useQuery(connectedNamesQuery(org))
  const newest = useQuery(newestBuildQuery(org, pipeline.slug))
  const error = connected.error ?? newest.error
  if (connected.data === undefined || newest.data === undefined) {
    if (error === null) return <Skeleton rows={5} label="Loading the build sources" />
    const retry = () => void Promise.all([connected.refetch(), newest.refetch()])
    return (
      <div className="flex flex-col pb-4">
        <ErrorState error={error} what="the build sources" onRetry={retry} />
        <Button onClick={onClose}>Cancel</Button>
      </div>
    )
  }
  const sources = buildSources({ pipeline, connected: connected.data, newest: newest.data ?? undefined })
  return <NewBuildForm {...{ id, org, pipeline, sources, onClose }} newest={newest.data} />
}
