import { useEffect, useRef } from 'react'
import { appearance } from '../browser/appearance.ts'
import { createStore } from '../browser/store.ts'
import { typeAhead } from './overlays.ts'

/** Where a key works; the help groups keys by it (web.md 11). */
export type Place = 'everywhere' | 'list' | 'build' | 'graph' | 'log'

export interface Shortcut {
  /** One key (`r`, `?`, `Escape`) or two in sequence (`g p`); `Mod+k` with Ctrl or ⌘. */
  readonly keys: string
  /** The effect, shown in the help. */
  readonly does: string
  readonly run: () => void
  /** Whether the key works at the moment, for example by focus. The help lists it regardless. */
  readonly when?: () => boolean
}

interface Registered {
  readonly place: Place
  readonly shortcuts: readonly Shortcut[]
}

/**
 * The innermost place wins, and within a place the last registered shortcut, so that the log's `/`
 * precedes the step list's.
 */
const innermost: readonly Place[] = ['log', 'graph', 'build', 'list', 'everywhere']
const registered = createStore<readonly Registered[]>([])
/** The first key of a sequence, and the deadline for the second. */
let begun: { readonly key: string; readonly until: number } | null = null
const pairMs = 1500

/** Registers shortcuts while the component is mounted. `active: false` disables them. */
export function useShortcuts(place: Place, shortcuts: readonly Shortcut[], active = true): void {
  const newest = useRef(shortcuts)
  newest.current = shortcuts
  const shape = shortcuts.map(({ keys, does }) => `${keys} ${does}`).join('\n')
  useEffect(() => {
    if (!active) return
    const stable =
      shape === ''
        ? []
        : newest.current.map((one, index) => ({
            ...one,
            run: () => newest.current[index]?.run(),
            when: () => newest.current[index]?.when?.() ?? true,
          }))
    const own = { place, shortcuts: stable }
    const rank = ({ place: one }: Registered) => innermost.indexOf(one)
    registered.set([own, ...registered.get()].toSorted((one, other) => rank(one) - rank(other)))
    return () => registered.set(registered.get().filter((one) => one !== own))
  }, [place, shape, active])
}

/** Returns all active shortcuts, for the help. */
export function useAllShortcuts(): readonly Registered[] {
  return registered.use()
}

/** Returns the name of a key press in `Shortcut.keys`. */
function nameOfPress({ key, ctrlKey, metaKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>): string {
  return ctrlKey || metaKey ? `Mod+${key.toLowerCase()}` : key
}

/** Handles a key press anywhere, except single keys in text fields, or if they are turned off. */
export function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.isComposing) return
  const name = nameOfPress(event)
  const isSingle = !name.startsWith('Mod+') && name !== 'Escape'
  if (isSingle && (isTyping(event.target) || isCovered(event.key) || !appearance().singleKeys)) return
  const pair = begun !== null && begun.until > Date.now() ? `${begun.key} ${name}` : null
  begun = null
  const found = (pair !== null && find(pair)) || find(name)
  if (found) {
    event.preventDefault()
    found.run()
  } else if (
    isSingle &&
    registered.get().some(({ shortcuts }) => shortcuts.some(({ keys }) => keys.startsWith(`${name} `)))
  ) {
    begun = { key: name, until: Date.now() + pairMs }
  }
}

function find(keys: string): Shortcut | undefined {
  for (const { shortcuts } of registered.get()) {
    const found = shortcuts.find((one) => one.keys === keys && (one.when?.() ?? true))
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether a dialog covers the page, or is opening, so that the page receives no keys. */
function isCovered(key: string): boolean {
  return typeAhead(key) || document.querySelector('[role=dialog]') !== null
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target.matches('textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button])')
  )
}
