import { useLocation, useMatch, useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect } from 'react'
import { buildRouteId } from './data/address.ts'
import { attemptView } from './data/attempt-view.ts'
import { chooseJob, findJob } from './data/choose-job.ts'
import { addressOf, type BuildView, isBuildEnded, type JobView } from './data/job-state.ts'

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** Whether the step in the address follows the build, because no person selected it. */
    isFollowed?: boolean
  }
}

/** Delay before the address names a step that no person selected. */
const addressAfterMs = 1000

export interface Selection {
  /** The newest attempt of the selected step. */
  readonly step: JobView | null
  /** The displayed attempt. */
  readonly job: JobView | null
  /** Whether the selection follows the build. */
  readonly isFollowing: boolean
  /** The step in the address, if the build does not have it. */
  readonly missing: string | null
  readonly pick: (job: JobView, how?: { readonly replace?: boolean }) => void
  readonly follow: () => void
}

/**
 * Returns the selected step and attempt: those in the address (web R4), or the ones chosen by the
 * build's state until a person selects one (web B2).
 */
export function useSelection(view: BuildView): Selection {
  const { job: dialog, attempt } = useSearch({ from: buildRouteId })
  const isFollowed = useLocation({ select: ({ state }) => state.isFollowed === true })
  const navigate = useNavigate({ from: '/$org/pipelines/$slug/builds/$number' })
  const picked = dialog === undefined || isFollowed ? null : findJob(view, dialog)
  const step = picked ?? chooseJob(view)
  const isFollowing = picked === null
  const address = step === null ? undefined : addressOf(step)
  // A step that the build lacks, perhaps only for now, stays in the address.
  const isAuto = dialog === undefined || isFollowed
  const wanted = isAuto && address !== dialog ? address : undefined
  useNamed(wanted, dialog)
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

/** Puts a step that no person selected into the address, in place of `before`. */
function useNamed(wanted: string | undefined, before: string | undefined): void {
  const navigate = useNavigate({ from: '/$org/pipelines/$slug/builds/$number' })
  const router = useRouter()
  const path = useMatch({ from: buildRouteId, select: ({ pathname }) => pathname })
  useEffect(() => {
    if (wanted === undefined) return
    const name = () => {
      // A click on a link has changed the address, and this page stays until the next one is loaded.
      if (router.latestLocation.pathname !== path) return
      void navigate({
        search: ({ attempt: _, ...others }) => ({ ...others, job: wanted }),
        // Lines linked without a step belong to the first chosen step.
        hash: before === undefined ? true : '',
        replace: true,
        state: (state) => ({ ...state, isFollowed: true }),
        resetScroll: false,
      })
    }
    // A new address renders every link of the page again. The timer waits until the log is shown.
    const timer = setTimeout(name, addressAfterMs)
    return () => clearTimeout(timer)
  }, [wanted, before, navigate, router, path])
}
