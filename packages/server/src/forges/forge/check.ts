/** What a forge shows beside a commit. */

export type CheckConclusion =
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'neutral'
  | 'skipped'
  | 'timed_out'
  | 'action_required'

/** A button of a check; pressing it comes back as a `check_action` event. */
export interface CheckAction {
  /** At most 20 characters. */
  readonly label: string
  /** At most 40 characters. */
  readonly description: string
  /** At most 20 characters. */
  readonly identifier: string
}

export interface Check {
  /** What the forge called it when it was made; null: to be made. */
  readonly checkId: string | null
  readonly name: string
  readonly commit: string
  /** Full name of the fork that the commit comes from; null: of none that is still there. */
  readonly fork: string | null
  /** Our own name for it, which comes back in events; it finds a check again whose `checkId` was never heard. */
  readonly externalId: string
  readonly detailsUrl: string
  readonly state:
    | { readonly status: 'queued' }
    | { readonly status: 'in_progress'; readonly startedAt: Date }
    | {
        readonly status: 'completed'
        readonly conclusion: CheckConclusion
        readonly startedAt: Date | null
        readonly completedAt: Date
      }
  readonly output: { readonly title: string; readonly summary: string; readonly text: string | null }
  /** At most three. */
  readonly actions: readonly CheckAction[]
}
