import { type Plan, type PlanError, parsePlan } from '@harmont/ir'
import { exits, HmError } from '../errors.ts'
import { selectSteps } from './select-steps.ts'

export interface PlanWishes {
  /** `--step`. */
  readonly steps: readonly string[]
  /** `--timeout`, in milliseconds. */
  readonly timeoutMs: number | undefined
}

/** Returns the plan of the wanted steps. `explain` may name the source of a problem. Throws exit 7 for an IR that the engine refuses, exit 5 for an unknown step. */
export function planRun(
  ir: string,
  { steps, timeoutMs }: PlanWishes,
  explain = (error: PlanError) => error.message,
): Plan {
  const parsed = parsePlan(ir)
  if (!parsed.ok) throw new HmError(exits.refused, parsed.error.code, explain(parsed.error))
  const { plan } = parsed
  const selected = selectSteps(plan, steps)
  if ('unknown' in selected) throw unknownSteps(selected.unknown, plan)
  if (timeoutMs === undefined) return selected
  const timeoutSeconds = Math.min(timeoutMs / 1000, selected.timeoutSeconds ?? Number.POSITIVE_INFINITY)
  return { ...selected, timeoutSeconds }
}

/** Resolves `--no-cache`: true for every step, or the keys of the named steps and of those built on them, whose cached results would hide the rerun. */
export function runAnew(plan: Plan, wanted: readonly (string | true)[]): true | readonly string[] {
  if (wanted.includes(true)) return true
  const keys = wanted.filter((key) => key !== true)
  const unknown = keys.filter((key) => !plan.steps.some((step) => step.key === key))
  if (unknown.length > 0) throw unknownSteps(unknown, plan)
  const isAnew = (slot: number | null): boolean => {
    for (let at = slot; at !== null; at = plan.steps[at]?.buildsIn ?? null)
      if (keys.includes(plan.steps[at]?.key ?? '')) return true
    return false
  }
  return plan.steps.flatMap(({ key }, slot) => (isAnew(slot) ? key : []))
}

function unknownSteps(unknown: readonly string[], { steps }: Plan): HmError {
  const shown = steps.slice(0, 20).map(({ key }) => key)
  const more = steps.length > shown.length ? ` and ${steps.length - shown.length} more` : ''
  return new HmError(exits.notFound, 'step_not_found', `no step has the key ${unknown.join(', ')}`, {
    fix: `the keys are ${shown.join(', ')}${more}`,
  })
}
