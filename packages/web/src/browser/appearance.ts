import { createStore } from './store.ts'

/** What a person chose for this device (web S6). Theme and density are mirrored in a cookie: the server writes them into the page, before its first paint. */
export interface Appearance {
  readonly theme: 'system' | 'light' | 'dark'
  readonly density: 'comfortable' | 'compact'
  /** Whether single keys are shortcuts. */
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
show(chosen.get())

function read(): Appearance {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}')
    return { ...usual, ...(typeof kept === 'object' ? kept : {}) }
  } catch {
    // No storage, or something else's text in it: nothing was chosen.
    return usual
  }
}

function show({ theme, density }: Appearance): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not there on plain HTTP
  document.cookie = `harmont_look=${theme}.${density}; path=/; max-age=31536000; samesite=lax`
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset.theme
  else dataset.theme = theme
  if (density === 'compact') dataset.density = density
  else delete dataset.density
}

function changed(): void {
  const next = read()
  show(next)
  chosen.set(next)
}

/** Keeps a choice on this device and shows it in every tab. */
export function setAppearance(choice: Partial<Appearance>): void {
  localStorage.setItem(storageKey, JSON.stringify({ ...chosen.get(), ...choice }))
  changed()
}

window.addEventListener('storage', ({ key }) => {
  if (key === storageKey) changed()
})

/** What the person chose, kept up to date. */
export function useAppearance(): Appearance {
  return chosen.use()
}

/** The same for code outside of components. */
export function appearance(): Appearance {
  return chosen.get()
}
