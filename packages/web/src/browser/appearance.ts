import { isBrowser } from './is-browser.ts'
import { readJson, writeItem } from './local-storage.ts'
import { createStore } from './store.ts'

/**
 * The person's choices for this device (web S6). A cookie mirrors theme and density, so that the
 * server writes them into the page before its first paint.
 */
export interface Appearance {
  readonly theme: 'system' | 'light' | 'dark'
  readonly density: 'comfortable' | 'compact'
  /** Whether single keys act as shortcuts. */
  readonly singleKeys: boolean
  readonly zone: 'local' | 'utc'
}

export const themes: readonly { readonly value: Appearance['theme']; readonly label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

const storageKey = 'harmont:appearance'
const usual: Appearance = { theme: 'system', density: 'comfortable', singleKeys: true, zone: 'local' }
const chosen = createStore(read())

function read(): Appearance {
  const stored = readJson(storageKey)
  return { ...usual, ...(typeof stored === 'object' ? stored : {}) }
}

function show({ theme, density }: Appearance): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is unavailable on plain HTTP
  document.cookie = `harmont_look=${theme}.${density}; path=/; max-age=31536000; samesite=lax`
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset.theme
  else dataset.theme = theme
  if (density === 'compact') dataset.density = density
  else delete dataset.density
}

/** Sets a reader's choices before the server draws the page. */
export function assumeAppearance(choice: Partial<Appearance>): void {
  chosen.set({ ...usual, ...choice })
}

function apply(next: Appearance): void {
  show(next)
  chosen.set(next)
}

/** Stores a choice on this device and applies it in every tab. */
export function setAppearance(choice: Partial<Appearance>): void {
  const next = { ...chosen.get(), ...choice }
  writeItem(storageKey, JSON.stringify(next))
  apply(next)
}

if (isBrowser) {
  show(chosen.get())
  window.addEventListener('storage', ({ key }) => {
    if (key === storageKey) apply(read())
  })
}

/** Returns the person's choices, and renders the component again when they change. */
export function useAppearance(): Appearance {
  return chosen.use()
}

/** Returns the person's choices outside of components. */
export function appearance(): Appearance {
  return chosen.get()
}
