import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useMemo, useState } from 'react'
import { pollInterval } from '../live/poll-interval.ts'
import { useLive, useLiveMode } from '../live/use-live.ts'
import type { BuildFilters } from './filters.ts'
import { type BuildPages, insertBuild, isMissing, listedBuilds, replaceBuild, splitAt } from './merge-build.ts'
import { buildListQuery, newestBuildsQuery } from './queries.ts'
import { TakenBuilds } from './taken-builds.ts'

/** The creation time of the newest shown build, and the list that it belongs to. */
interface Horizon {
  readonly list: string
  readonly at: string | null
}

/**
 * Keeps a list of builds up to date. Listed builds change in place. New builds appear immediately.
 * While `isReading` reports that somebody uses the rows, they wait in `waiting` until
 * `showWaiting`.
 */
export function useBuildList(org: string, filters: BuildFilters, isReading: () => boolean) {
  const client = useQueryClient()
  const list = JSON.stringify([org, filters])
  const options = useMemo(() => buildListQuery(...(JSON.parse(list) as [string, BuildFilters])), [list])
  const query = useInfiniteQuery(options)
  const listed = useMemo(() => listedBuilds(query.data), [query.data])

  const [horizon, setHorizon] = useState<Horizon>({ list, at: null })
  const newestAt = listed[0]?.created_at ?? null
  const isOther = query.isPlaceholderData
  useLayoutEffect(() => {
    if (isOther) return
    setHorizon((before) => {
      const isFirst = before.list !== list || before.at === null
      return before.at !== newestAt && (isFirst || !isReading()) ? { list, at: newestAt } : before
    })
  }, [list, newestAt, isOther, isReading])
  const at = horizon.list === list && !isOther ? horizon.at : null
  const { shown, waiting } = useMemo(() => splitAt(listed, at), [listed, at])

  const taken = useMemo(() => {
    const [, wanted] = JSON.parse(list) as [string, BuildFilters]
    return new TakenBuilds<BuildPages>(client, options.queryKey, (pages, build) =>
      isMissing(pages, build, wanted) ? insertBuild(pages, build) : replaceBuild(pages, build),
    )
  }, [client, options, list])
  useEffect(() => taken.watch(), [taken])
  useLive('builds', (event) => {
    if (event.type === 'build') taken.take(event.build)
    if (event.type === 'resync') void client.invalidateQueries({ queryKey: options.queryKey })
  })

  const mode = useLiveMode()
  const isPolling = mode === 'polling'
  const newest = useQuery({
    ...newestBuildsQuery(org, filters),
    enabled: isPolling,
    refetchInterval: ({ state }) => pollInterval(mode, 'list', state.error),
  })
  useEffect(() => {
    if (isPolling) for (const build of newest.data?.data.toReversed() ?? []) taken.take(build)
  }, [isPolling, newest.data, taken])

  return { query, builds: shown, waiting, showWaiting: () => setHorizon({ list, at: newestAt }) }
}
