import { exits, HmError } from '../errors.ts'
import type { LocalHome } from '../records/home.ts'
import { readIdentity } from '../records/identity.ts'
import { type RecordedStep, type RunRecord, stepsOf } from '../records/run-record.ts'
import { readRecords, runFiles } from '../records/run-records.ts'
import { explainStep } from './explain-step.ts'

/** Why a step of a run did what it did. */
export interface Explained {
  /** A sentence without a full stop. */
  readonly reason: string
  /** Whether the step could be found in the cache. */
  readonly isCached: boolean
  /** The run that had the step before; null: none that is kept. */
  readonly comparedWith: number | null
  /** Changes since then. */
  readonly changes: readonly string[]
}

/** Explains steps of one run by comparing it with the runs of the same pipeline before it. */
export function explainRun({ runs }: LocalHome, run: RunRecord): (step: RecordedStep) => Explained {
  const identityOf = ({ record }: RunRecord) => readIdentity(runFiles(runs, record).identity)
  const now = identityOf(run)
  const earlier = readRecords(runs, run.directory)
    .filter(({ slug, record }) => slug === run.slug && record < run.record)
    .map((each) => ({ number: each.number, identity: identityOf(each) }))
  return (step) => {
    const { key, cachedFrom, state, message } = step
    const isCached = now.get(key)?.cacheKey != null
    const before = earlier.find(({ identity }) => identity.has(key))
    const changes = before === undefined ? [] : explainStep(key, before.identity, now)
    const reason = () => {
      if (state === 'skipped') return message ?? 'it was not needed'
      if (state === 'waiting') return 'has not started'
      if (cachedFrom !== null) return `cached: taken from ${cachedFrom}`
      if (run.retryOf !== null) return 'ran: hm retry runs it whatever the cache holds'
      if (!isCached) return 'ran: no cache policy'
      if (before === undefined) return 'ran: there is no earlier result'
      if (changes.length === 0)
        return `ran: nothing changed since run ${before.number}, but its result is not in the cache`
      return `ran: ${changes.join('; ')}`
    }
    return { reason: reason(), isCached, comparedWith: before?.number ?? null, changes }
  }
}

/** The step of this key. Throws exit 5 where the run has none. */
export function requireStep({ events, number }: Pick<RunRecord, 'events' | 'number'>, key: string): RecordedStep {
  const steps = stepsOf(events)
  const found = steps.find((step) => step.key === key)
  if (found !== undefined) return found
  throw new HmError(exits.notFound, 'step_not_found', `run ${number} has no step ${key}`, {
    fix: `its steps are ${steps.map((step) => step.key).join(', ')}`,
  })
}
