import { decide } from './core/decide.ts'
import type { DecideContext } from './core/draft.ts'
import { type Change, evolve, type LiveBuild } from './core/live-build.ts'
import type { BuildEvent, Effect, Job, Step } from './core/model.ts'

/** The combined change of several events. */
export interface Played {
  readonly taken: readonly boolean[]
  readonly effects: readonly Effect[]
  /** Existing jobs after the change. */
  readonly jobs: ReadonlyMap<string, Job>
  /** New jobs. */
  readonly added: ReadonlyMap<string, Job>
  /** Newly rendered steps; null without any. */
  readonly steps: readonly Step[] | null
  /** The steps that generators have appended, in their order. */
  readonly appended: readonly Step[]
}

/** Applies events to a live build in place, and returns their combined change. */
export function playEvents(live: LiveBuild, events: readonly BuildEvent[], context: DecideContext): Played {
  const taken: boolean[] = []
  const effects: Effect[] = []
  const jobs = new Map<string, Job>()
  const added = new Map<string, Job>()
  let steps: Change['steps'] = null
  const appended: Step[] = []
  for (const event of events) {
    const decision = decide(live, event, context)
    evolve(live, decision.change)
    taken.push(decision.taken)
    effects.push(...decision.effects)
    steps = decision.change.steps ?? steps
    appended.push(...decision.change.appended)
    for (const job of decision.change.attempts) added.set(job.id, job)
    for (const job of decision.change.jobs) (added.has(job.id) ? added : jobs).set(job.id, job)
  }
  return { taken, effects, jobs, added, steps, appended }
}

/** Returns whether the end of this job is among the accepted events. */
export function isEndTaken(events: readonly BuildEvent[], taken: readonly boolean[], jobId: string): boolean {
  return events.some((event, index) => event.type === 'ended' && event.job === jobId && taken[index] === true)
}
