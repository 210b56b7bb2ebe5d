// With Symbol.for, two installed copies of the SDK recognize each other's steps.
export const BRAND: unique symbol = Symbol.for('@harmont/hm.Step')

/** Facts of a branded step: its parent and its command. */
interface Branded {
  readonly parent: Branded | null
  readonly command: string | undefined
}

/** Whether a value is a step, of this or of another copy of the SDK. */
export function hasStepBrand(value: unknown): value is Branded {
  return brandOf(value) === 'step'
}

export function hasWaitBrand(value: unknown): boolean {
  return brandOf(value) === 'wait'
}

/** Returns the nearest step with a command, beginning with the step itself. */
export function nearestCommand<S extends { readonly parent: S | null; readonly command: string | undefined }>(
  step: S | null,
): S | null {
  let at = step
  while (at !== null && at.command === undefined) at = at.parent
  return at
}

function brandOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && BRAND in value ? value[BRAND] : undefined
}
