import { useNavigate } from '@tanstack/react-router'
import { useMemo, useSyncExternalStore } from 'react'
import { usePaletteActions } from '../../interaction/palette-actions.ts'

type StartChoice = 'shown' | 'put-away'

const listeners = new Set<() => void>()
const keyOf = (org: string) => `harmont:getting-started:${org}`

/** What this person chose for the list of an organization, on this device; null: nothing. */
export function useStartChoice(org: string): StartChoice | null {
  return useSyncExternalStore(subscribe, () => read(org))
}

/** Shows the list, or puts it away. */
export function chooseStart(org: string, choice: StartChoice): void {
  try {
    localStorage.setItem(keyOf(org), choice)
  } catch {
    // No storage: it was chosen for nothing but this click.
  }
  for (const listener of listeners) listener()
}

function read(org: string): StartChoice | null {
  try {
    const kept = localStorage.getItem(keyOf(org))
    return kept === 'shown' || kept === 'put-away' ? kept : null
  } catch {
    return null
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Offers the list of first steps in the palette, also when it was put away (web F3). */
export function useStartAction(org: string): void {
  const navigate = useNavigate()
  usePaletteActions(
    useMemo(() => {
      const run = () => {
        chooseStart(org, 'shown')
        void navigate({ to: '/$org/pipelines', params: { org } })
      }
      return [{ id: 'getting-started', title: 'Getting started', run }]
    }, [org, navigate]),
  )
}
