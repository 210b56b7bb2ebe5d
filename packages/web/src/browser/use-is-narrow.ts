import { useSyncExternalStore } from 'react'
import { isScreen, watchScreen } from './screen.ts'

/** Whether the window is narrow, so that steps and log are separate screens (web T4; `max-md:`). */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(watch, read, read)
}

function watch(listener: () => void): () => void {
  return watchScreen('narrow', listener)
}

function read(): boolean {
  return isScreen('narrow')
}
