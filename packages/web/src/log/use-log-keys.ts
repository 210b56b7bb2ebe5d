import { useShortcuts } from '../interaction/shortcuts.ts'

interface LogActions {
  readonly search: () => void
  readonly step: (isBack: boolean) => void
  readonly error: (isBack: boolean) => void
  readonly start: () => void
  readonly end: () => void
  readonly goToLine: () => void
  readonly times: () => void
  readonly wrap: () => void
  readonly fold: () => void
  readonly foldAll: () => void
  readonly fullScreen: () => void
  readonly download: () => void
  readonly copyLink: () => void
  readonly selectAll: () => void
}

/**
 * Registers the keys of the log (web.md 11). Keys that have another meaning elsewhere require the
 * focus in the log; the others always work.
 */
export function useLogKeys(actions: LogActions, isFocused: boolean): void {
  const when = () => isFocused
  useShortcuts('log', [
    { keys: '/', does: 'Search the log, from within it', run: actions.search, when },
    { keys: 'Mod+f', does: 'Search the log, from within it', run: actions.search, when },
    { keys: 'n', does: 'Next match', run: () => actions.step(false) },
    { keys: 'N', does: 'Previous match', run: () => actions.step(true) },
    { keys: 'e', does: 'Next error', run: () => actions.error(false) },
    { keys: 'E', does: 'Previous error', run: () => actions.error(true) },
    { keys: 'g g', does: 'Start of the log', run: actions.start },
    { keys: 'Home', does: 'Start of the log, from within it', run: actions.start, when },
    { keys: 'G', does: 'End of the log', run: actions.end },
    { keys: 'End', does: 'End of the log, from within it', run: actions.end, when },
    { keys: ':', does: 'Go to a line', run: actions.goToLine },
    { keys: 't', does: 'Timestamps', run: actions.times },
    { keys: 'w', does: 'Wrap long lines', run: actions.wrap },
    { keys: 'x', does: 'Fold the group', run: actions.fold },
    { keys: 'X', does: 'Fold all groups', run: actions.foldAll },
    { keys: 'z', does: 'Full screen', run: actions.fullScreen },
    { keys: 'd', does: 'Download', run: actions.download },
    { keys: 'Mod+a', does: 'Select all lines, from within the log', run: actions.selectAll, when },
    { keys: 'y', does: 'Copy link to the marked line, from within the log', run: actions.copyLink, when },
  ])
}
