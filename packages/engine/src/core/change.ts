import type { Tally } from './fold-build.ts'
import type { BuildHeader, Slot } from './live-build.ts'
import type { Effect, Job, Step } from './model.ts'

/** Everything that an event changes in a build, and nothing else. */
export interface Change {
  readonly header: BuildHeader
  /** The steps, when rendering has just given them; null when they stay as they are. */
  readonly steps: readonly Step[] | null
  /** Jobs that were there before, as they are now. */
  readonly jobs: readonly Job[]
  /** Jobs that are new: further attempts, or the first ones of rendered steps. */
  readonly attempts: readonly Job[]
  readonly unmet: ReadonlyMap<Slot, number>
  readonly tally: Tally
}

export interface Decision {
  /** False: the event does not fit the build; nothing changes. */
  readonly taken: boolean
  readonly change: Change
  readonly effects: readonly Effect[]
}
