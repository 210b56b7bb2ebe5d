import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { TakenBuilds } from '../builds/taken-builds.ts'
import { pollInterval } from '../live/poll-interval.ts'
import { useLive, useLiveMode } from '../live/use-live.ts'
import { type PipelineFilters, summariesQuery } from './queries.ts'
import { isListed, placeBuild } from './summaries.ts'

/** The shortest time between two requests for new or newly matching pipelines. */
const rereadMs = 1000

/**
 * Keeps the list of pipelines up to date. Builds change in their row, which stays in place; only a
 * build of an unlisted pipeline causes another read of the list.
 */
export function useSummaries(org: string, wish: PipelineFilters) {
  const client = useQueryClient()
  const key = JSON.stringify([org, wish])
  const options = useMemo(() => summariesQuery(...(JSON.parse(key) as [string, PipelineFilters])), [key])
  const mode = useLiveMode()
  const query = useInfiniteQuery({
    ...options,
    refetchInterval: ({ state }) => pollInterval(mode, 'list', state.error),
  })
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const lastAt = useRef(0)
  const reread = () => {
    timer.current ??= setTimeout(
      () => {
        timer.current = undefined
        lastAt.current = Date.now()
        void client.invalidateQueries({ queryKey: options.queryKey })
      },
      Math.max(0, lastAt.current + rereadMs - Date.now()),
    )
  }
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      timer.current = undefined
    },
    [],
  )
  const taken = useMemo(() => new TakenBuilds(client, options.queryKey, placeBuild), [client, options])
  useEffect(() => taken.watch(), [taken])
  useLive('builds', (event) => {
    if (event.type === 'resync') void client.invalidateQueries({ queryKey: options.queryKey })
    if (event.type !== 'build') return
    taken.take(event.build)
    const pages = client.getQueryData(options.queryKey)
    const isUnlisted = pages !== undefined && !isListed(pages, event.pipeline_slug)
    // The pipeline may be on a later page, and a build does not change a search result.
    if (isUnlisted && !query.hasNextPage && wish.q === undefined) reread()
  })
  const summaries = useMemo(() => query.data?.pages.flatMap(({ data }) => data) ?? [], [query.data])
  return { query, summaries }
}
