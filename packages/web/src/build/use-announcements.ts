import { useEffect, useRef } from 'react'
import { announce } from '../interaction/announcer.tsx'
import type { BuildView } from './data/job-state.ts'
import { announcementsOf } from './sentences/announcements.ts'

/** Says what has changed to who cannot see it (web T3); the page's live region keeps it from being too much. */
export function useAnnouncements(view: BuildView): void {
  const before = useRef(view)
  useEffect(() => {
    for (const text of announcementsOf(before.current, view)) announce(text)
    before.current = view
  }, [view])
}
