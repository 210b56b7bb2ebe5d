import { useNavigate } from '@tanstack/react-router'
import type { RefObject } from 'react'
import { toast } from '../interaction/toast-store.ts'
import type { Asked } from './action-bar.tsx'
import { useBuildKeys } from './build-shortcuts.ts'
import { buildViews } from './data/address.ts'
import type { Possible } from './data/build-actions.ts'
import { nextFailure } from './data/choose-job.ts'
import type { BuildView, JobView } from './data/job-state.ts'
import type { BuildPlace } from './data/queries.ts'
import { stepsOf } from './step-list/step-rows.ts'
import type { StepRows } from './step-list/use-step-rows.ts'
import type { BuildActions } from './use-build-actions.ts'
import type { Selection } from './use-selection.ts'

interface PageKeys {
  readonly place: BuildPlace
  readonly view: BuildView
  readonly selection: Selection
  readonly possible: Possible
  readonly actions: BuildActions
  readonly failures: readonly JobView[]
  readonly list: StepRows
  readonly retry: () => void
  readonly asked: Asked
  readonly setAsked: (asked: Asked) => void
  readonly attemptsRef: RefObject<HTMLSelectElement | null>
  readonly filterRef: RefObject<HTMLInputElement | null>
}

/** The keys of the build page, with what they mean now; one that can do nothing says why. */
export function usePageKeys(given: PageKeys): void {
  const { place, view, selection, possible, actions, failures, list, retry, setAsked } = given
  const { step, pick, follow } = selection
  const navigate = useNavigate({ from: '/$org/pipelines/$slug/builds/$number' })
  const unless = (problem: string | null, run: () => void) => () => {
    if (problem === null) run()
    else toast(`${problem}.`)
  }
  const go = (number: number | null, what: string) => () => {
    if (number === null) toast(`There is no ${what} build.`)
    else void navigate({ to: '.', params: { org: place.org, slug: place.slug, number: String(number) } })
  }
  useBuildKeys(
    {
      failure: (way) => {
        const next = nextFailure(failures, step?.id ?? null, way)
        if (next === null) toast('No step failed.')
        else pick(next)
      },
      walk: (way) => {
        const steps = stepsOf(list.rows)
        const index = steps.findIndex(({ id }) => id === step?.id)
        const next = steps[Math.min(steps.length - 1, Math.max(0, index + way))]
        // Walking leaves one entry in the history, not one a step.
        if (next !== undefined && next.id !== step?.id) pick(next, { replace: true })
      },
      view: (index) =>
        void navigate({
          search: (before) => ({ ...before, view: buildViews[index] ?? 'steps' }),
          hash: true,
          state: true,
          resetScroll: false,
        }),
      focusLog: () => document.getElementById('log')?.focus(),
      retry: () => (possible.retryStep === null || possible.retryIsRebuild ? retry() : toast(`${possible.retryStep}.`)),
      retryFailed: unless(possible.retryFailed, () => actions.retry(null)),
      rebuild: unless(possible.rebuild, () => setAsked('rebuild')),
      cancel: unless(possible.cancel, () => setAsked('cancel')),
      shell: unless(possible.shell, () => setAsked('shell')),
      attempts: () => {
        if (given.attemptsRef.current === null) toast('This step has only one attempt.')
        else given.attemptsRef.current.focus()
      },
      older: go(view.previous, 'older'),
      newer: go(view.next, 'newer'),
      follow,
      search: () => given.filterRef.current?.focus(),
    },
    given.asked !== null,
  )
}
