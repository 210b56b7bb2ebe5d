import { useSyncExternalStore } from 'react'

export type StartChoice = 'shown' | 'put-away'

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
