import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import type { Schema } from '../api/schemas.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { useLive } from '../live/use-live.ts'
import { formatDuration } from '../text/duration.ts'
import { DurationBars, DurationTable } from './duration-bars.tsx'
import { insightsOf } from './insights.ts'
import { lastBuildsQuery } from './queries.ts'

/** Reserves the full height from the start, so that the builds below do not move. */
const room = 'min-h-68 border-y border-hairline px-4 md:min-h-38'

interface PipelineInsightsProps {
  readonly org: string
  readonly pipeline: Schema<'Pipeline'>
}

/** Summarizes the last 50 builds of the default branch, read with one request (web P3). */
export function PipelineInsights({ org, pipeline: { slug, default_branch } }: PipelineInsightsProps) {
  const client = useQueryClient()
  const { queryKey, ...rest } = lastBuildsQuery(org, slug, default_branch)
  const { data, error, refetch } = useQuery({ queryKey, ...rest })
  useLive('builds', (event) => {
    const isOurs = event.type === 'build' && event.pipeline_slug === slug && event.build.branch === default_branch
    // Numbers change only when a build ends.
    if (event.type === 'resync' || (isOurs && event.build.finished_at != null))
      void client.invalidateQueries({ queryKey })
  })
  const insights = useMemo(() => insightsOf(data ?? []), [data])
  if (data === undefined)
    return error === null ? (
      <div className={room}>
        <Skeleton rows={3} label="Loading insights" />
      </div>
    ) : (
      <ErrorState error={error} what="the insights" onRetry={() => void refetch()} />
    )
  const { bars, failingSteps } = insights
  return (
    <section aria-labelledby="insights" className={`${room} py-3`}>
      <h2 id="insights" className="sr-only">
        The last {data.length} builds of <IsolatedText text={default_branch} />
      </h2>
      <div className="flex flex-wrap items-start gap-x-10 gap-y-4">
        <Figures insights={insights} branch={default_branch} />
        {bars.length === 0 ? (
          <p className="text-muted">
            No finished builds on <IsolatedText text={default_branch} /> yet
          </p>
        ) : (
          <DurationBars org={org} bars={bars} />
        )}
        {failingSteps.length > 0 && <FailingSteps steps={failingSteps} />}
      </div>
      <div className="mt-2 flex flex-wrap items-start gap-x-6 gap-y-1">
        <Link
          to="/$org/pipelines/$slug/time"
          params={{ org, slug }}
          className="inline-flex min-h-6 items-center text-13 underline pointer-coarse:min-h-11"
        >
          Where the time goes
        </Link>
        {bars.length > 0 && <DurationTable org={org} bars={bars} />}
      </div>
    </section>
  )
}

interface FiguresProps {
  readonly insights: ReturnType<typeof insightsOf>
  readonly branch: string
}

function Figures({ insights: { finished, passed, medianMs, p90Ms }, branch }: FiguresProps) {
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-3">
      <Figure name="Passed" value={finished === 0 ? '—' : `${Math.round((passed / finished) * 100)}%`}>
        {passed} of {finished} on <IsolatedText text={branch} />
      </Figure>
      <Figure name="Median" value={formatDuration(medianMs)}>
        passed builds
      </Figure>
      <Figure name="p90" value={formatDuration(p90Ms)}>
        passed builds
      </Figure>
    </dl>
  )
}

interface FailingStepsProps {
  readonly steps: readonly { readonly name: string; readonly count: number }[]
}

function FailingSteps({ steps }: FailingStepsProps) {
  return (
    <div className="min-w-40 max-md:flex max-md:w-full max-md:gap-3">
      <h3 className="text-13 text-muted max-md:whitespace-nowrap">Most failures</h3>
      <ol className="max-md:flex max-md:min-w-0 max-md:gap-3">
        {steps.map(({ name, count }) => (
          <li key={name} className="flex max-w-60 min-w-0 gap-2">
            <span className="truncate">
              <IsolatedText text={name} />
            </span>
            <span className="tabular text-muted">{count}×</span>
          </li>
        ))}
      </ol>
    </div>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly children: ReactNode
}

function Figure({ name, value, children }: FigureProps) {
  return (
    <div className="flex flex-col">
      <dt className="text-13 text-muted">{name}</dt>
      <dd className="tabular text-20 font-semibold">{value}</dd>
      <dd className="text-13 text-muted">{children}</dd>
    </div>
  )
}
