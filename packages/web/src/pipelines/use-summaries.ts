import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { pollInterval } from '../live/poll-interval.ts'
import { useLive, useLiveMode } from '../live/use-live.ts'
import { type PipelineFilters, summariesQuery } from './queries.ts'
import { placeBuild } from './summaries.ts'

/** Pipelines that are new, or that a chip now shows, are read with one request at most this often. */
const rereadMs = 1000

/**
 * The list of pipelines, kept up to date: builds change in their row, which stays where it is; only a build of a pipeline that is not listed has the list
 * read anew.
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
  useLive('builds', (event) => {
    if (event.type === 'resync') void client.invalidateQueries({ queryKey: options.queryKey })
    if (event.type !== 'build') return
    const pages = client.getQueryData(options.queryKey)
    if (pages === undefined) return
    const next = placeBuild(pages, event.pipeline_slug, event.build)
    if (next !== null) client.setQueryData(options.queryKey, next)
    // On a later page it is not missed; a search does not change by a build.
    else if (!query.hasNextPage && wish.q === undefined) reread()
  })
  const summaries = useMemo(() => query.data?.pages.flatMap(({ data }) => data) ?? [], [query.data])
  return { query, summaries }
}
