import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { serverNow } from '../../api/clock.ts'
import { type LiveMode, pollInterval } from '../../live/poll-interval.ts'
import { type LiveEvent, useLive, useLiveMode } from '../../live/use-live.ts'
import { allJobs, type BuildView, isBuildEnded, type JobView } from './job-state.ts'
import { mergeEvents, type ViewEvent } from './merge-view.ts'
import { type BuildPlace, buildQuery } from './queries.ts'

/** Returns when the build is read again without an event (`pollInterval`). */
export function viewInterval(view: BuildView | undefined, mode: LiveMode, error: unknown): number | false {
  if (view === undefined) return pollInterval(mode, 'build', error)
  if (!isBuildEnded(view.build))
    return pollInterval(mode, allJobs(view).some(waitsForOthers) ? 'waiting build' : 'build', error)
  const isProving = view.jobs.some(({ failure }) => failure?.proving === true)
  return isProving && pollInterval(mode, 'proving build', error)
}

/** The kinds of obstacles that other builds clear. This build has no event about them. */
const ofOthers = new Set(['limit', 'concurrency_group', 'runner'])

function waitsForOthers({ waiting }: JobView): boolean {
  return waiting?.refs.some(({ kind }) => ofOthers.has(kind)) ?? false
}

/** Keeps the build up to date by events or polling, and reads it again when it ends (web D1–D3). */
export function useBuild(place: BuildPlace) {
  const queryClient = useQueryClient()
  const mode = useLiveMode()
  const query = useQuery({
    ...buildQuery(place),
    refetchInterval: ({ state: { data, error } }) => viewInterval(data, mode, error),
    refetchIntervalInBackground: true,
  })
  const view = query.data
  const isLive = view !== undefined && !isBuildEnded(view.build)
  const { queryKey } = buildQuery(place)
  const readAgain = () => void queryClient.invalidateQueries({ queryKey })
  // Merges all events of a frame at once, because a build may have thousands of steps.
  const pending = useRef<ViewEvent[]>([])
  const merge = () => {
    const events = pending.current.splice(0)
    const before = queryClient.getQueryData<BuildView>(queryKey)
    if (before === undefined) return
    const after = mergeEvents(before, events, new Date(serverNow()).toISOString())
    queryClient.setQueryData<BuildView>(queryKey, after)
    // The end also changes facts that no event carries, such as how long snapshots are kept.
    if (isBuildEnded(after.build) && !isBuildEnded(before.build)) readAgain()
  }
  const onEvent = (event: LiveEvent) => {
    if (event.type === 'resync') readAgain()
    if (event.type !== 'build' && event.type !== 'job') return
    if (pending.current.length === 0) queueMicrotask(merge)
    pending.current.push(event)
  }
  useLive(isLive ? `build:${place.slug}/${place.number}` : null, onEvent, view?.cursor ?? null)
  return query
}
