import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Intention, newIdempotencyKey } from '../api/idempotency.ts'
import { problemOf } from '../api/problem.ts'
import { lookOf } from '../design/state.ts'
import { toast } from '../interaction/toasts.tsx'
import { type BuildView, isBuildEnded } from './data/job-state.ts'
import { approve, type BuildPlace, buildQuery, cancel, rebuild, retryJobs } from './data/queries.ts'

/** Returns the changes that a person can make to a build (web B9). */
export function useBuildActions(place: BuildPlace) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const { queryKey } = buildQuery(place)
  const readAgain = () => queryClient.invalidateQueries({ queryKey })
  const refused = (error: unknown) => {
    toast(problemOf(error).message, { isProblem: true })
    void readAgain()
  }
  const [rebuilding] = useState(() => new Intention())

  const retry = useMutation({
    mutationFn: (jobIds: string[] | null) => retryJobs(place, jobIds, newIdempotencyKey()),
    onSuccess: readAgain,
    onError: refused,
  })
  const cancelling = useCancel(place, readAgain, refused)
  return {
    retry: (jobIds: string[] | null) => {
      if (!retry.isPending) retry.mutate(jobIds)
    },
    isRetrying: retry.isPending,
    cancel: () => cancelling.mutate(),
    isCanceling: cancelling.isPending,
    /** Opens the new build; throws if none was created. */
    rebuild: async (withoutCache: boolean) => {
      const made = await rebuilding.send({ withoutCache }, (key) => rebuild(place, withoutCache, key))
      await navigate({
        to: '/$org/pipelines/$slug/builds/$number',
        params: { org: place.org, slug: place.slug, number: String(made.number) },
      })
    },
    /** Approves the build; throws on a refusal. */
    approve: async () => {
      await approve(place)
      await readAgain()
    },
  }
}

function useCancel(place: BuildPlace, readAgain: () => Promise<unknown>, refused: (error: unknown) => void) {
  const queryClient = useQueryClient()
  const { queryKey } = buildQuery(place)
  return useMutation({
    mutationFn: () => cancel(place),
    onSuccess: async (build) => {
      const view = queryClient.getQueryData<BuildView>(queryKey)
      if (isBuildEnded(build) && build.state !== 'canceled')
        toast(`Build #${build.number} had already ended: ${lookOf(build.state).word.toLowerCase()}.`)
      // An event may already have reported the end, which the answer does not know.
      if (view !== undefined && !isBuildEnded(view.build))
        queryClient.setQueryData<BuildView>(queryKey, { ...view, build: { ...view.build, ...build } })
      await readAgain()
    },
    onError: refused,
  })
}

export type BuildActions = ReturnType<typeof useBuildActions>
