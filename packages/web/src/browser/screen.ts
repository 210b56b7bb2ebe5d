import { isBrowser } from './is-browser.ts'

const queries = {
  /** Steps and log are two screens (web T4; `max-md:`). */
  narrow: '(max-width: 767px)',
  /** There is room for more than the log. */
  roomy: '(min-width: 768px) and (min-height: 800px)',
  /** Targets are larger. */
  touch: '(pointer: coarse)',
} as const

/** The window of a reader whom the server draws a page for. */
export interface AssumedScreen extends Readonly<Record<keyof typeof queries, boolean>> {
  readonly height: number
}

let assumed: AssumedScreen = { narrow: false, roomy: false, touch: false, height: 720 }

/** Sets the window of the page that the server is about to draw. */
export function assumeScreen(screen: AssumedScreen): void {
  assumed = screen
}

/** Whether the window is of a kind. */
export function isScreen(kind: keyof typeof queries): boolean {
  return isBrowser ? matchMedia(queries[kind]).matches : assumed[kind]
}

/** Calls `listener` when the window becomes or stops to be of a kind. */
export function watchScreen(kind: keyof typeof queries, listener: () => void): () => void {
  const media = matchMedia(queries[kind])
  media.addEventListener('change', listener)
  return () => media.removeEventListener('change', listener)
}

/** Tells the server in a cookie for how large a window it draws the next page. */
export function tellWindow(): void {
  const tell = () => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not there on plain HTTP
    document.cookie = `harmont_window=${window.innerWidth}x${window.innerHeight}; path=/; samesite=lax`
  }
  tell()
  window.addEventListener('pagehide', tell)
}

/** Returns the height of the window in pixels. */
export function screenHeight(): number {
  return isBrowser ? window.innerHeight : assumed.height
}
