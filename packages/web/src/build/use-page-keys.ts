import { useNavigate } from '@tanstack/react-router'
import { type RefObject, useMemo, useRef } from 'react'
import { type PaletteAction, usePaletteActions } from '../interaction/palette-actions.ts'
import { type Shortcut, useShortcuts } from '../interaction/shortcuts.ts'
import { toast } from '../interaction/toasts.tsx'
import type { BuildDialog } from './action-bar.tsx'
import { buildViews } from './data/address.ts'
import type { AvailableActions } from './data/build-actions.ts'
import { nextFailure } from './data/choose-job.ts'
import { type BuildView, type JobView, nameOf } from './data/job-state.ts'
import type { BuildPlace } from './data/queries.ts'
import { stepsOf } from './step-list/step-rows.ts'
import type { StepRows } from './step-list/use-step-rows.ts'
import type { BuildActions } from './use-build-actions.ts'
import type { Selection } from './use-selection.ts'

interface PageKeys {
  readonly place: BuildPlace
  readonly view: BuildView
  readonly selection: Selection
  readonly available: AvailableActions
  readonly actions: BuildActions
  readonly failures: readonly JobView[]
  readonly list: StepRows
  readonly retry: () => void
  readonly dialog: BuildDialog
  readonly setDialog: (dialog: BuildDialog) => void
  readonly attemptsRef: RefObject<HTMLSelectElement | null>
  readonly filterRef: RefObject<HTMLInputElement | null>
}

/** Registers the keys of the build page. A key without an effect explains why. */
export function usePageKeys(given: PageKeys): void {
  const { place, view, selection, available, actions, failures, list, retry, setDialog } = given
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
        // Walking through the steps leaves one entry in the history.
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
      retry: () =>
        available.retryStep === null || available.retryIsRebuild ? retry() : toast(`${available.retryStep}.`),
      retryFailed: unless(available.retryFailed, () => actions.retry(null)),
      rebuild: unless(available.rebuild, () => setDialog('rebuild')),
      cancel: unless(available.cancel, () => setDialog('cancel')),
      shell: unless(available.shell, () => setDialog('shell')),
      attempts: () => {
        if (given.attemptsRef.current === null) toast('This step has only one attempt.')
        else given.attemptsRef.current.focus()
      },
      older: go(view.previous, 'older'),
      newer: go(view.next, 'newer'),
      follow,
      search: () => given.filterRef.current?.focus(),
    },
    given.dialog !== null,
  )
}

/** The keys of the build page (web.md 11). */
interface BuildKeys {
  readonly failure: (step: 1 | -1) => void
  readonly walk: (step: 1 | -1) => void
  readonly view: (index: number) => void
  readonly focusLog: () => void
  readonly retry: () => void
  readonly retryFailed: () => void
  readonly rebuild: () => void
  readonly cancel: () => void
  readonly shell: () => void
  readonly attempts: () => void
  readonly older: () => void
  readonly newer: () => void
  readonly follow: () => void
  readonly search: () => void
}

/** Keys that the palette also lists. */
const offered = new Set(['f', 'r', 'R', 'b', 'c', 's', '[', ']', 'p'])

/** Registers the page's keys and offers them in the palette. `isAsking`: a dialog is open. */
function useBuildKeys(keys: BuildKeys, isAsking: boolean): void {
  const shortcuts: readonly Shortcut[] = [
    { keys: 'f', does: 'Next failure', run: () => keys.failure(1) },
    { keys: 'F', does: 'Previous failure', run: () => keys.failure(-1) },
    { keys: 'j', does: 'Next step', run: () => keys.walk(1) },
    { keys: 'k', does: 'Previous step', run: () => keys.walk(-1) },
    ...['Steps', 'Graph', 'Waterfall', 'Tests', 'Artifacts'].map((word, index) => ({
      keys: String(index + 1),
      does: word,
      run: () => keys.view(index),
    })),
    { keys: 'l', does: 'Go to the log', run: keys.focusLog },
    { keys: 'r', does: 'Retry this step', run: keys.retry },
    { keys: 'R', does: 'Retry failed or canceled steps', run: keys.retryFailed },
    { keys: 'b', does: 'Rebuild', run: keys.rebuild },
    { keys: 'c', does: 'Cancel the build', run: keys.cancel },
    { keys: 's', does: 'Open a shell', run: keys.shell },
    { keys: 'a', does: 'Attempts of this step', run: keys.attempts },
    { keys: '[', does: 'Older build', run: keys.older },
    { keys: ']', does: 'Newer build', run: keys.newer },
    { keys: 'p', does: 'Follow the build', run: keys.follow },
    { keys: '/', does: 'Filter steps', run: keys.search },
  ]
  useShortcuts('build', shortcuts, !isAsking)
  usePaletteActions(usePaletteList(shortcuts))
}

/** The palette needs a stable list, so the action is looked up when it is selected. */
function usePaletteList(shortcuts: readonly Shortcut[]): readonly PaletteAction[] {
  const newest = useRef(shortcuts)
  newest.current = shortcuts
  return useMemo(
    () =>
      newest.current
        .filter(({ keys }) => offered.has(keys))
        .map(({ keys, does }) => ({
          id: `build ${keys}`,
          title: does,
          keys,
          run: () => newest.current.find((one) => one.keys === keys)?.run(),
        })),
    [],
  )
}

/** Lists the steps of the open build in the palette (web.md 11). */
export function useStepActions(jobs: readonly JobView[], pick: (job: JobView) => void): void {
  const newest = useRef({ jobs, pick })
  newest.current = { jobs, pick }
  // States change often, but the list changes only with the steps.
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
