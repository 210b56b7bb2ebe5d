import { useSyncExternalStore } from 'react'

const narrow = '(max-width: 767px)'

/** Whether the window is narrow, so that steps and log are two screens (web T4; `max-md:`). */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(narrow).matches)
}

function subscribe(listener: () => void): () => void {
  const media = matchMedia(narrow)
  media.addEventListener('change', listener)
  return () => media.removeEventListener('change', listener)
}
