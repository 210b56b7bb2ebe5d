import { exits, HmError } from '../errors.ts'
import { requireStep } from '../inspect/explain-run.ts'
import { type RecordedStep, type RunRecord, stepsOf } from '../records/run-record.ts'

/** The step that a shell is wanted in: the one of this key, else the first that failed. Throws exit 5 where there is none. */
export function chooseStep({ events, number }: Pick<RunRecord, 'events' | 'number'>, key?: string): RecordedStep {
  if (key !== undefined) return requireStep({ events, number }, key)
  const steps = stepsOf(events)
  const keys = steps.map((step) => step.key).join(', ')
  const failed = steps.filter(({ state }) => state === 'failed' || state === 'timed_out')
  const chosen = failed.find(({ softFailed }) => !softFailed) ?? failed[0]
  if (chosen !== undefined) return chosen
  throw new HmError(exits.notFound, 'nothing_failed', `no step of run ${number} failed`, {
    fix: `name a step: hm shell KEY; the steps are ${keys}`,
  })
}
