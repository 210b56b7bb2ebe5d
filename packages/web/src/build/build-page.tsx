import type { QueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { hasPageAnswers } from '../api/page-answers.ts'
import { usePipelineNames } from '../api/pipeline-names.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { Skeleton } from '../design/page-states.tsx'
import { type LogStart, logQuery } from '../log/data/queries.ts'
import { startOf } from '../log/log-viewer.tsx'
import { NoBuild, PlaceError } from '../navigation/place-error.tsx'
import { showInvisible } from '../text/escape.ts'
import { BuildScreen } from './build-screen.tsx'
import { buildRouteId } from './data/address.ts'
import { attemptView } from './data/attempt-view.ts'
import { chooseJob, findJob } from './data/choose-job.ts'
import { type BuildView, hasLog, type JobView, logStartOf } from './data/job-state.ts'
import { type BuildPlace, buildQuery } from './data/queries.ts'
import { useBuild } from './data/use-build.ts'

/** Shows one build: its outcome, its steps, and the log of the most relevant one (web.md 6). */
export function BuildPage() {
  const { org, slug, number } = useParams({ from: buildRouteId })
  const count = /^[1-9]\d{0,9}$/.test(number) ? Number(number) : null
  if (count === null)
    return (
      <>
        <PageHeading title="Build not found">Build not found</PageHeading>
        <NoBuild {...{ org, slug, number }} />
      </>
    )
  return <OneBuild place={{ org, slug, number: count }} />
}

function OneBuild({ place }: { readonly place: Parameters<typeof useBuild>[0] }) {
  const { org, slug, number } = place
  const query = useBuild(place)
  const { data, error } = query
  const name = usePipelineNames()(org, slug)
  if (data !== undefined) return <BuildScreen place={place} view={data} query={query} />
  return (
    <>
      <PageHeading title={`${showInvisible(name)} #${number}`}>
        <IsolatedText text={name} /> #{number}
      </PageHeading>
      {error === null ? (
        <div className="flex border-t border-hairline">
          <div className="w-full border-r border-hairline md:w-80">
            <Skeleton rows={10} label="Loading the build" />
          </div>
          <div className="hidden flex-1 bg-inset md:block" />
        </div>
      ) : (
        <PlaceError
          {...{ org, slug, error }}
          number={String(number)}
          what={`build ${number} of ${name}`}
          onRetry={() => void query.refetch()}
        />
      )}
    </>
  )
}

/** The parameters of the address. */
interface BuildDialog {
  readonly job?: string | undefined
  readonly attempt?: number | undefined
  /** `#L120`, or empty. */
  readonly fragment: string
}

/** Returns the attempt to show first: that in the address, else the one that the state chooses. */
function firstShown(view: BuildView, { job, attempt }: BuildDialog): JobView | null {
  const picked = job === undefined ? null : findJob(view, job)
  const step = picked ?? chooseJob(view)
  return step === null ? null : (attemptView(step, picked === null ? undefined : attempt) ?? step)
}

/**
 * Prefetches the page's data while the page is drawn: the build, then the log of its first step.
 * Resolves when the build is loaded, and also the log if it came with the page. The page
 * repeats and reports requests that fail here.
 */
export async function readAhead(queries: QueryClient, place: BuildPlace, dialog: BuildDialog): Promise<void> {
  const query = buildQuery(place)
  await queries.prefetchQuery(query)
  const view = queries.getQueryData(query.queryKey)
  const first = view === undefined ? null : firstLog(view, dialog)
  if (first === null) return
  const log = queries.prefetchQuery(logQuery({ ...place, jobId: first.jobId }, first.at))
  // The server-drawn page already shows the log, which must not vanish.
  if (hasPageAnswers()) await log
}

/** Returns the log that is shown first, and its position; null: none. */
export function firstLog(
  view: BuildView,
  dialog: BuildDialog,
): { readonly jobId: string; readonly at: LogStart } | null {
  const job = firstShown(view, dialog)
  return job !== null && hasLog(job) ? { jobId: job.id, at: startOf(logStartOf(job), dialog.fragment) } : null
}
