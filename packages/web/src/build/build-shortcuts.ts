import { useMemo, useRef } from 'react'
import { type PaletteAction, usePaletteActions } from '../interaction/palette-actions.ts'
import { type Shortcut, useShortcuts } from '../interaction/shortcuts.ts'

/** What the keys of the build page do (web.md 11). */
export interface BuildKeys {
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

/** Those of them that are in the palette too. */
const offered = new Set(['f', 'r', 'R', 'b', 'c', 's', '[', ']', 'p'])

/** Registers the page's keys and offers them in the palette; `isAsking`: a question is over the page. */
export function useBuildKeys(keys: BuildKeys, isAsking: boolean): void {
  const shortcuts: readonly Shortcut[] = [
    { keys: 'f', does: 'Next failure', run: () => keys.failure(1) },
    { keys: 'F', does: 'Previous failure', run: () => keys.failure(-1) },
    { keys: 'j', does: 'Next step', run: () => keys.walk(1) },
    { keys: 'k', does: 'Previous step', run: () => keys.walk(-1) },
    ...['Steps', 'Graph', 'Waterfall'].map((word, index) => ({
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

/** The palette wants a list that stays the same: what runs is looked up when it is chosen. */
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
