import { useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect } from 'react'
import { buildRouteId } from './data/address.ts'
import { attemptView } from './data/attempt-view.ts'
import { chooseJob, findJob } from './data/choose-job.ts'
import { addressOf, type BuildView, isBuildEnded, type JobView } from './data/job-state.ts'

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The step in the address was not picked by a person: it follows the build. */
    isFollowed?: boolean
  }
}

/** When the address gets the name of a step that nobody picked. */
const addressAfterMs = 1000

export interface Selection {
  /** The newest attempt of the selected step. */
  readonly step: JobView | null
  /** The attempt that is shown. */
  readonly job: JobView | null
  /** Whether the choice follows the build. */
  readonly isFollowing: boolean
  /** A step that the address names and the build does not have. */
  readonly missing: string | null
  readonly pick: (job: JobView, how?: { readonly replace?: boolean }) => void
  readonly follow: () => void
}

/** Which step and attempt are shown: those in the address (web R4), or what the build's state says until a person picks one (web B2). */
export function useSelection(view: BuildView): Selection {
  const { job: dialog, attempt } = useSearch({ from: buildRouteId })
  const isFollowed = useLocation({ select: ({ state }) => state.isFollowed === true })
  const navigate = useNavigate({ from: '/$org/pipelines/$slug/builds/$number' })
  const picked = dialog === undefined || isFollowed ? null : findJob(view, dialog)
  const step = picked ?? chooseJob(view)
  const isFollowing = picked === null
  const address = step === null ? undefined : addressOf(step)
  // A step that the build does not have, or not yet, stays in the address.
  const isAuto = dialog === undefined || isFollowed
  const wanted = isAuto && address !== dialog ? address : undefined
  useEffect(() => {
    if (wanted === undefined) return
    const name = () =>
      void navigate({
        search: ({ attempt: _, ...before }) => ({ ...before, job: wanted }),
        // Lines that were linked without a step are of the step that is chosen first.
        hash: dialog === undefined ? true : '',
        replace: true,
        state: (before) => ({ ...before, isFollowed: true }),
        resetScroll: false,
      })
    // Another address draws every link of the page again: not while its reader still waits for the log.
    const timer = setTimeout(name, addressAfterMs)
    return () => clearTimeout(timer)
  }, [wanted, dialog, navigate])
  const pick = useCallback(
    (job: JobView, { replace = false } = {}) =>
      void navigate({
        search: ({ view }) => ({ job: addressOf(job), ...(view === undefined || view === 'steps' ? {} : { view }) }),
        replace,
        state: { isFollowed: false },
        resetScroll: false,
      }),
    [navigate],
  )
  const follow = useCallback(
    () =>
      void navigate({
        search: ({ view }) => (view === undefined ? {} : { view }),
        replace: true,
        state: { isFollowed: true },
        resetScroll: false,
      }),
    [navigate],
  )
  const job = step === null ? null : (attemptView(step, isFollowing ? undefined : attempt) ?? step)
  const isKnown = view.jobs.length > 0 || isBuildEnded(view.build)
  const missing = !isAuto && picked === null && isKnown ? (dialog ?? null) : null
  return { step, job, isFollowing, missing, pick, follow }
}
