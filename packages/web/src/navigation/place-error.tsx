import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { usePipelineNames } from '../api/pipeline-names.ts'
import { problemOf } from '../api/problem.ts'
import { useOrganizationName } from '../api/session.ts'
import { buttonClass } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { EmptyState, ErrorState } from '../design/page-states.tsx'

interface PlaceErrorProps {
  readonly org: string
  readonly slug: string
  /** The build number in the address. */
  readonly number?: string
  readonly error: unknown
  /** Names the requested object, for failures other than "not found". */
  readonly what: string
  readonly onRetry: () => void
}

/** Explains why a pipeline, build or step cannot be shown, and links one level up. */
export function PlaceError({ org, slug, number, error, what, onRetry }: PlaceErrorProps) {
  const { code } = problemOf(error)
  if (code === 'pipeline_not_found') return <NoPipeline org={org} />
  if (code === 'build_not_found') return <NoBuild org={org} slug={slug} number={number ?? ''} />
  if (code === 'job_not_found' && number !== undefined)
    return (
      <EmptyState
        title="Step not found"
        action={
          <Link
            to="/$org/pipelines/$slug/builds/$number"
            params={{ org, slug, number }}
            className={buttonClass('primary')}
          >
            Go to build #{number}
          </Link>
        }
      >
        <p>The build has no step at this address.</p>
      </EmptyState>
    )
  return <ErrorState error={error} what={what} onRetry={onRetry} />
}

function NoPipeline({ org }: { readonly org: string }) {
  return (
    <EmptyState
      title="Pipeline not found"
      action={
        <Link to="/$org/pipelines" params={{ org }} className={buttonClass('primary')}>
          All pipelines of <IsolatedText text={useOrganizationName(org)} />
        </Link>
      }
    >
      <p>It may have been renamed, or it belongs to another organization.</p>
    </EmptyState>
  )
}

interface NoBuildProps {
  readonly org: string
  readonly slug: string
  readonly number: string
}

/** Explains that the pipeline has no build with this number. */
export function NoBuild({ org, slug, number }: NoBuildProps) {
  const name: ReactNode = <IsolatedText text={usePipelineNames()(org, slug)} />
  return (
    <EmptyState
      title={`Build #${number} not found`}
      action={
        <div className="flex flex-wrap gap-2">
          <Link to="/$org/pipelines/$slug" params={{ org, slug }} className={buttonClass('primary')}>
            <span>Builds of {name}</span>
          </Link>
          <Link to="/$org/pipelines/$slug/builds/latest" params={{ org, slug }} className={buttonClass()}>
            Latest build
          </Link>
        </div>
      }
    >
      <p>Builds are numbered from 1 in each pipeline.</p>
    </EmptyState>
  )
}
