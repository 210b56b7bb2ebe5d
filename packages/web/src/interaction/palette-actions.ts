import { useEffect } from 'react'
import { createStore } from '../browser/store.ts'

/** Something that can be done here and now, as the palette lists it. */
export interface PaletteAction {
  readonly id: string
  readonly title: string
  /** Its key, to be learnt on the way. */
  readonly keys?: string
  /** One of so many that it is listed only when it is looked for. */
  readonly isSearched?: true
  readonly run: () => void
}

const offered = createStore<readonly (readonly PaletteAction[])[]>([])

/** Offers actions in the palette while the component is there. Give a stable list (`useMemo`). */
export function usePaletteActions(actions: readonly PaletteAction[]): void {
  useEffect(() => {
    offered.set([...offered.get(), actions])
    return () => offered.set(offered.get().filter((one) => one !== actions))
  }, [actions])
}

/** What can be done now; the newest part of the page first. */
export function useOfferedActions(): readonly PaletteAction[] {
  return offered.use().toReversed().flat()
}
