/** What a tab knows about its stream, what can happen to it, and what it can be told to do (web D1–D3). */

export interface WantedTopic {
  readonly key: string
  /** Of a log: the first line that is not here yet. */
  readonly line: number
  /** Up to where its data is known, where whoever read it knows that. */
  readonly cursor: string | null
}

export interface LiveState {
  readonly organization: string | null
  /** Without those that have ended; sorted by key. */
  readonly topics: readonly WantedTopic[]
  readonly hiddenAt: number | null
  readonly isSignedIn: boolean
  readonly stream:
    | { readonly kind: 'closed'; readonly openAt: number }
    | { readonly kind: 'connecting'; readonly keys: readonly string[]; readonly since: number }
    | {
        readonly kind: 'open'
        readonly keys: readonly string[]
        /** When something came last; when it opened, where nothing has. */
        readonly heardAt: number
        readonly hasHeard: boolean
      }
  /** It broke off, or none came to be, and none has been open since: behind the next one may be another release of the server. */
  readonly isLost: boolean
  /** Connects that failed in a row. */
  readonly failures: number
  readonly isPolling: boolean
  /** Since when the stream does not carry what is wanted. */
  readonly changedAt: number | null
  /** The newest id and the topics that it has places in. Of what has none in it the server says that it is to be read again. */
  readonly position: { readonly cursor: string; readonly keys: readonly string[] } | null
  /** 0 to 1: spreads the tabs of all people over time when a server comes back. */
  readonly jitter: number
}

export type LiveFact =
  | { readonly type: 'topics'; readonly organization: string | null; readonly topics: readonly WantedTopic[] }
  | { readonly type: 'visible'; readonly isVisible: boolean }
  | { readonly type: 'session'; readonly isSignedIn: boolean }
  | { readonly type: 'opened' }
  /** Anything came; `id` where it moves the position. */
  | { readonly type: 'heard'; readonly id: string | null }
  | { readonly type: 'failed' }
  /** The server can be reached again. */
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

/** A tab that follows nothing yet. */
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
