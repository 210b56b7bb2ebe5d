import { isBrowser } from './is-browser.ts'

const queries = {
  /** Steps and log are separate screens (web T4; `max-md:`). */
  narrow: '(max-width: 767px)',
  /** The window has room for more than the log. */
  roomy: '(min-width: 768px) and (min-height: 800px)',
  /** Targets are larger. */
  touch: '(pointer: coarse)',
} as const

/** The assumed window of a reader whose page the server draws. */
export interface AssumedScreen extends Readonly<Record<keyof typeof queries, boolean>> {
  readonly height: number
}

let assumed: AssumedScreen = { narrow: false, roomy: false, touch: false, height: 720 }

/** Sets the assumed window of the next page that the server draws. */
export function assumeScreen(screen: AssumedScreen): void {
  assumed = screen
}

/** Whether the window is of this kind. */
export function isScreen(kind: keyof typeof queries): boolean {
  return isBrowser ? matchMedia(queries[kind]).matches : assumed[kind]
}

/** Calls `listener` when the window starts or stops being of this kind. */
export function watchScreen(kind: keyof typeof queries, listener: () => void): () => void {
  const media = matchMedia(queries[kind])
  media.addEventListener('change', listener)
  return () => media.removeEventListener('change', listener)
}

/** Stores the window's size in a cookie, so that the server draws the next page for this size. */
export function tellWindow(): void {
  const tell = () => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is unavailable on plain HTTP
    document.cookie = `harmont_window=${window.innerWidth}x${window.innerHeight}; path=/; samesite=lax`
  }
  tell()
  window.addEventListener('pagehide', tell)
}

/** Returns the height of the window in pixels. */
export function screenHeight(): number {
  return isBrowser ? window.innerHeight : assumed.height
}
