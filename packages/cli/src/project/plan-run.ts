import {
  type Condition,
  type ConditionContext,
  type Plan,
  type PlanError,
  type PlannedStep,
  parsePlan,
} from '@harmont/ir'
import { exits, HmError } from '../errors.ts'

export interface PlanWishes {
  /** `--step`. */
  readonly steps: readonly string[]
  /** `--timeout`, in milliseconds. */
  readonly timeoutMs: number | undefined
}

/**
 * Returns the plan of the requested steps. `explain` may add the source location of a problem.
 * Throws exit 7 for an IR that the engine refuses, exit 5 for an unknown step.
 */
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

/**
 * Resolves `--no-cache`: true for every step, or the keys of the named steps and of the steps built
 * on them, whose cached results would hide the rerun.
 */
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

/**
 * Returns the plan of these steps and their requirements, in the plan's order; or the unknown keys.
 */
export function selectSteps(plan: Plan, keys: readonly string[]): Plan | { readonly unknown: readonly string[] } {
  if (keys.length === 0) return plan
  const slots = new Map(plan.steps.map(({ key }, slot) => [key, slot]))
  const unknown = keys.filter((key) => !slots.has(key))
  if (unknown.length > 0) return { unknown }
  return keepSlots(
    plan,
    withAncestors(
      plan.steps,
      keys.flatMap((key) => slots.get(key) ?? []),
    ),
  )
}

/** Returns these steps and their transitive prerequisites. */
export function withAncestors(steps: readonly PlannedStep[], slots: readonly number[]): ReadonlySet<number> {
  const kept = new Set<number>()
  const open = [...slots]
  for (let slot = open.pop(); slot !== undefined; slot = open.pop()) {
    const step = steps[slot]
    if (step === undefined || kept.has(slot)) continue
    kept.add(slot)
    open.push(...step.dependsOn, ...(step.buildsIn === null ? [] : [step.buildsIn]))
  }
  return kept
}

/** `kept` must contain all ancestors of each member. */
function keepSlots(plan: Plan, kept: ReadonlySet<number>): Plan {
  const order = [...kept].sort((a, b) => a - b)
  const moved = new Map(order.map((slot, index) => [slot, index]))
  const steps = order.flatMap((slot) => {
    const step = plan.steps[slot]
    if (step === undefined) return []
    const buildsIn = step.buildsIn === null ? null : (moved.get(step.buildsIn) ?? null)
    const dependsOn = step.dependsOn.flatMap((from) => moved.get(from) ?? [])
    const inputs = step.inputs?.map((input) => ({ ...input, from: moved.get(input.from) ?? input.from }))
    const services = step.services?.map((service) => ({
      ...service,
      from: service.from === null ? null : (moved.get(service.from) ?? null),
    }))
    const afterAppended = step.afterAppended?.flatMap((from) => moved.get(from) ?? [])
    const others = { ...(inputs && { inputs }), ...(services && { services }), ...(afterAppended && { afterAppended }) }
    return [{ ...step, buildsIn, dependsOn, ...others }]
  })
  return { ...plan, steps }
}

export function localConditions(branch: string | null, env: Readonly<Record<string, string>>): ConditionContext {
  return { event: 'manual', branch, baseBranch: null, tag: null, changed: null, env, local: true }
}

/** Returns the reason why a step with this condition does not run locally. */
export function conditionReason(condition: Condition | null): string {
  return condition?.local === false ? 'it does not run locally' : 'its condition does not hold'
}
