import { useEffect } from 'react'
import { createStore } from '../browser/store.ts'

/** An action of the current page, as the palette lists it. */
export interface PaletteAction {
  readonly id: string
  readonly title: string
  /** Its key, shown for learning. */
  readonly keys?: string
  /** Lists it only in a search, because many actions are like it. */
  readonly isSearched?: true
  readonly run: () => void
}

const offered = createStore<readonly (readonly PaletteAction[])[]>([])

/** Offers actions in the palette while the component is mounted. Pass a stable list (`useMemo`). */
export function usePaletteActions(actions: readonly PaletteAction[]): void {
  useEffect(() => {
    offered.set([...offered.get(), actions])
    return () => offered.set(offered.get().filter((one) => one !== actions))
  }, [actions])
}

/** Returns the offered actions, with those of the newest component first. */
export function useOfferedActions(): readonly PaletteAction[] {
  return offered.use().toReversed().flat()
}
