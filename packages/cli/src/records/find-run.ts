import { exits, HmError } from '../errors.ts'
import type { LocalHome } from './home.ts'
import { type RecordedStep, type RunRecord, stepsOf } from './run-record.ts'
import { runsOf, withEvents } from './run-records.ts'

/** Returns the project's run with this number, or its last run; undefined if there is none. */
export function findRun(home: LocalHome, directory: string, number: string | undefined): RunRecord | undefined {
  const facts = runsOf(home.runs, directory).find((run) => number === undefined || String(run.number) === number)
  return facts && withEvents(home.runs, facts)
}

/** Returns the run. Throws exit 5 if there is none. */
export function requireRun(home: LocalHome, directory: string, number: string | undefined): RunRecord {
  const run = findRun(home, directory, number)
  if (run !== undefined) return run
  if (number === undefined)
    throw new HmError(exits.notFound, 'run_not_found', 'this project has no runs on this machine yet', {
      fix: 'hm run; or -p SLUG for a build on the server',
    })
  throw new HmError(exits.notFound, 'run_not_found', `there is no run ${number} of this project on this machine`, {
    fix: 'hm history lists the runs; -p SLUG names a build on the server',
  })
}

const runsLookedAt = 5

/** Returns the most recent uncached duration of each passed step, in milliseconds by step key. */
export function earlierDurations(runs: string, directory: string, slug: string): Map<string, number> {
  const durations = new Map<string, number>()
  const recent = runsOf(runs, directory).filter((run) => run.slug === slug)
  for (const facts of [...recent.take(runsLookedAt)].reverse()) {
    const { events = [] } = withEvents(runs, facts) ?? {}
    const steps = new Map(stepsOf(events).map((step) => [step.id, step]))
    for (const event of events) {
      if (event.kind !== 'step_end' || event.state !== 'passed') continue
      const step = steps.get(event.step_id)
      if (step !== undefined && step.cachedFrom === null) durations.set(step.key, event.duration_ms)
    }
  }
  return durations
}

/** Returns the step with this key. Throws exit 5 if the run has none. */
export function requireStep({ events, number }: Pick<RunRecord, 'events' | 'number'>, key: string): RecordedStep {
  const steps = stepsOf(events)
  const found = steps.find((step) => step.key === key)
  if (found !== undefined) return found
  throw new HmError(exits.notFound, 'step_not_found', `run ${number} has no step ${key}`, {
    fix: `its steps are ${steps.map((step) => step.key).join(', ')}`,
  })
}
