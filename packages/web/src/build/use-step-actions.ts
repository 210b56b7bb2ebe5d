import { useMemo, useRef } from 'react'
import { usePaletteActions } from '../interaction/palette-actions.ts'
import { type JobView, nameOf } from './data/job-state.ts'

/** The steps of the open build in the palette (web.md 11), by name. */
export function useStepActions(jobs: readonly JobView[], pick: (job: JobView) => void): void {
  const newest = useRef({ jobs, pick })
  newest.current = { jobs, pick }
  // States change all the time: the list stays the same while the steps are.
  const names = JSON.stringify(jobs.map((job) => [job.step_key ?? '', nameOf(job)]))
  const actions = useMemo(
    () =>
      (JSON.parse(names) as readonly (readonly [string, string])[]).map(([key, name]) => ({
        id: `step ${key}`,
        title: `Step ${name}`,
        isSearched: true as const,
        run: () => {
          const { jobs, pick } = newest.current
          const job = jobs.find(({ step_key }) => (step_key ?? '') === key)
          if (job !== undefined) pick(job)
        },
      })),
    [names],
  )
  usePaletteActions(actions)
}
