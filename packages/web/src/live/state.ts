/** State, facts and commands of a tab's stream (web D1–D3). */

export interface WantedTopic {
  readonly key: string
  /** For a log: the first missing line. */
  readonly line: number
  /** The position up to which its data is known, if the listener has one. */
  readonly cursor: string | null
}

export interface LiveState {
  readonly organization: string | null
  /** Topics that have not ended, sorted by key. */
  readonly topics: readonly WantedTopic[]
  readonly hiddenAt: number | null
  readonly isSignedIn: boolean
  readonly stream:
    | { readonly kind: 'closed'; readonly openAt: number }
    | { readonly kind: 'connecting'; readonly keys: readonly string[]; readonly since: number }
    | {
        readonly kind: 'open'
        readonly keys: readonly string[]
        /** When data last arrived; initially, when the stream opened. */
        readonly heardAt: number
        readonly hasHeard: boolean
      }
  /**
   * Whether a stream failed and none has opened since, in which case the release may have changed.
   */
  readonly isLost: boolean
  /** Consecutive failures to connect. */
  readonly failures: number
  readonly isPolling: boolean
  /** Since when the stream lacks a wanted topic. */
  readonly changedAt: number | null
  /** The newest event id and the topics that it covers. */
  readonly position: { readonly cursor: string; readonly keys: readonly string[] } | null
  /** From 0 to 1: spreads the reconnects of all tabs when a server returns. */
  readonly jitter: number
}

export type LiveFact =
  | { readonly type: 'topics'; readonly organization: string | null; readonly topics: readonly WantedTopic[] }
  | { readonly type: 'visible'; readonly isVisible: boolean }
  | { readonly type: 'session'; readonly isSignedIn: boolean }
  | { readonly type: 'opened' }
  /** Data arrived; `id` is set if it moves the position. */
  | { readonly type: 'heard'; readonly id: string | null }
  | { readonly type: 'failed' }
  /** The server is reachable again. */
  | { readonly type: 'reachable' }
  | { readonly type: 'time' }

export type LiveCommand =
  | {
      readonly type: 'open'
      readonly organization: string
      readonly topics: readonly WantedTopic[]
      readonly cursor: string | null
    }
  | { readonly type: 'close' }
  | { readonly type: 'check-session' }
  | { readonly type: 'check-release' }

/** Returns the state of a tab that follows nothing. */
export function idle(jitter: number): LiveState {
  return {
    organization: null,
    topics: [],
    hiddenAt: null,
    isSignedIn: true,
    stream: { kind: 'closed', openAt: 0 },
    isLost: false,
    failures: 0,
    isPolling: false,
    changedAt: null,
    position: null,
    jitter,
  }
}
