import type { Plan, PlannedStep } from '@harmont/ir'

/** The plan of these steps and what they need, in the plan's order. Gives the keys that no step has, if there are any. */
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

/** These steps and everything that they wait for. */
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

/** `kept` holds the ancestors of all its members. */
function keepSlots(plan: Plan, kept: ReadonlySet<number>): Plan {
  const order = [...kept].sort((a, b) => a - b)
  const moved = new Map(order.map((slot, index) => [slot, index]))
  const steps = order.flatMap((slot) => {
    const step = plan.steps[slot]
    if (step === undefined) return []
    const buildsIn = step.buildsIn === null ? null : (moved.get(step.buildsIn) ?? null)
    return [{ ...step, buildsIn, dependsOn: step.dependsOn.flatMap((from) => moved.get(from) ?? []) }]
  })
  return { ...plan, steps }
}
