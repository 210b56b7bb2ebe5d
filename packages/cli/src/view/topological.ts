import type { Run, Step } from './run-model.ts'

/** The steps that a step waits for. */
export function prerequisites(step: Step, { byKey }: Pick<Run, 'byKey'>): Step[] {
  const keys = step.parentKey === null ? step.dependsOn : [step.parentKey, ...step.dependsOn]
  return keys.flatMap((key) => byKey.get(key) ?? [])
}

/** All steps, each after its prerequisites; steps of a circle, which no sound plan has, are left out. */
export function topological(run: Run): Step[] {
  const missing = new Map<Step, number>()
  const dependents = new Map<Step, Step[]>()
  for (const step of run.steps) {
    const before = prerequisites(step, run)
    missing.set(step, before.length)
    for (const other of before) {
      const known = dependents.get(other)
      if (known === undefined) dependents.set(other, [step])
      else known.push(step)
    }
  }
  const order = run.steps.filter((step) => missing.get(step) === 0)
  for (let at = 0; at < order.length; at += 1) {
    const step = order[at]
    for (const dependent of (step && dependents.get(step)) ?? []) {
      const left = (missing.get(dependent) ?? 0) - 1
      missing.set(dependent, left)
      if (left === 0) order.push(dependent)
    }
  }
  return order
}
