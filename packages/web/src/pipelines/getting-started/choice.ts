import { useNavigate } from '@tanstack/react-router'
import { useMemo, useSyncExternalStore } from 'react'
import { readItem, writeItem } from '../../browser/local-storage.ts'
import { usePaletteActions } from '../../interaction/palette-actions.ts'

type StartChoice = 'shown' | 'put-away'

const listeners = new Set<() => void>()
const keyOf = (org: string) => `harmont:getting-started:${org}`

/**
 * Returns this person's choice for an organization's list on this device; null if there is none.
 */
export function useStartChoice(org: string): StartChoice | null {
  return useSyncExternalStore(subscribe, () => read(org))
}

/** Shows or dismisses the list. */
export function chooseStart(org: string, choice: StartChoice): void {
  writeItem(keyOf(org), choice)
  for (const listener of listeners) listener()
}

function read(org: string): StartChoice | null {
  const stored = readItem(keyOf(org))
  return stored === 'shown' || stored === 'put-away' ? stored : null
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Offers the list of first steps in the palette, even if it was dismissed (web F3). */
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
