import { stepsOf } from './run-record.ts'
import { readRecords } from './run-records.ts'

const runsLookedAt = 5

/** By step key, in milliseconds: how long it took when it last really ran and passed in this project. */
export function earlierDurations(runs: string, directory: string, slug: string): Map<string, number> {
  const durations = new Map<string, number>()
  const own = readRecords(runs, directory).filter((run) => run.slug === slug)
  for (const { events } of own.slice(0, runsLookedAt).reverse()) {
    const steps = new Map(stepsOf(events).map((step) => [step.id, step]))
    for (const event of events) {
      if (event.kind !== 'step_end' || event.state !== 'passed') continue
      const step = steps.get(event.step_id)
      if (step !== undefined && step.cachedFrom === null) durations.set(step.key, event.duration_ms)
    }
  }
  return durations
}
