import type { Step, Wait } from './step.ts'

// Symbol.for: steps of two installed copies of the SDK are steps to both.
export const BRAND: unique symbol = Symbol.for('@harmont/hm.Step')

/** Whether a value is a step, of this or of another copy of the SDK. */
export function isStep(value: unknown): value is Step {
  return brandOf(value) === 'step'
}

export function isWait(value: unknown): value is Wait {
  return brandOf(value) === 'wait'
}

/** The nearest step with a command, starting with the step itself. */
export function nearestCommand(step: Step | null): Step | null {
  let at = step
  while (at !== null && at.command === undefined) at = at.parent
  return at
}

function brandOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && BRAND in value ? value[BRAND] : undefined
}
