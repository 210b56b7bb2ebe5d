/** The interface between server and web app for pages that the server draws (`web.md` 14). */

/** The part of the web app that runs on the server: `packages/web/src/server/first-page.tsx`. */
export interface FirstPageCode {
  /** Returns which log a build's page shows first; null: none. */
  readonly firstLog: (view: string, url: string) => FirstLog | null
  /**
   * Returns the page as the app will draw it; empty for a view that only the app draws. Throws when
   * something cannot be drawn.
   */
  readonly draw: (facts: DrawnFacts) => Promise<string>
}

export interface FirstLog {
  readonly jobId: string
  /** The query that asks for it. */
  readonly search: string
}

/** Determines how a page is drawn. The texts are answers of the API. */
export interface DrawnFacts {
  /** Path and query of the page. */
  readonly url: string
  readonly config: unknown
  readonly session: string
  readonly view: string
  readonly log: string | null
  readonly density: 'comfortable' | 'compact'
  /** Whether the reader holds a phone. */
  readonly isPhone: boolean
  /** The size of their window in pixels; null: unknown. */
  readonly window: { readonly width: number; readonly height: number } | null
}
