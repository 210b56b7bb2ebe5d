/** The interface between server and web app for pages that the server draws (`web.md` 14). */

/** The part of the web app that runs on the server: `packages/web/src/server/first-page.tsx`. */
export interface FirstPageCode {
  /** Returns the log that a build's page shows first; null: none. */
  readonly firstLog: (view: string, url: string) => FirstLog | null
  /**
   * Returns the page as the app will draw it; empty for a view that only the app draws. Throws when
   * something cannot be drawn.
   */
  readonly draw: (facts: DrawnFacts) => Promise<string>
}

export interface FirstLog {
  readonly jobId: string
  /** The query string that requests the log. */
  readonly search: string
}

/** The inputs of a drawn page. `config`, `session`, `view` and `log` are API answers as text. */
export interface DrawnFacts {
  /** Path and query of the page. */
  readonly url: string
  readonly config: unknown
  readonly session: string
  readonly view: string
  readonly log: string | null
  readonly density: 'comfortable' | 'compact'
  /** Whether the reader uses a phone. */
  readonly isPhone: boolean
  /** The size of the reader's window in pixels; null: unknown. */
  readonly window: { readonly width: number; readonly height: number } | null
}
