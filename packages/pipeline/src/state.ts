/** A cell of a matrix: axis to value. */
export type CellValues = Readonly<Record<string, string | number | boolean>>

/** A target as the state knows it: it is by its own function that results are told apart. */
export interface TargetRun {
  readonly name: string
  /** Forgets the result. */
  readonly clear: () => void
}

/** What all copies of the SDK in one process share. */
interface State {
  /** The targets that have given something. */
  readonly evaluated: Set<TargetRun>
  /** The targets that are being evaluated, the innermost last. */
  readonly evaluating: TargetRun[]
  /** The cell that `matrix()` is calling its function for. */
  cell: CellValues | undefined
  /** What objects stood for, in each cell and in none: a toolchain in two places is the same steps. */
  readonly stoodFor: WeakMap<object, Map<CellValues | undefined, unknown>>
}

const KEY = Symbol.for('@harmont/hm.state.v1')

/** The one state of this process, made by the copy that asks first. */
export function state(): State {
  const known: State | undefined = Reflect.get(globalThis, KEY)
  if (known !== undefined) return known
  const fresh: State = { evaluated: new Set(), evaluating: [], cell: undefined, stoodFor: new WeakMap() }
  Reflect.set(globalThis, KEY, fresh)
  return fresh
}

/** Runs `fn` with the steps that it makes being of this cell, or of none. */
export function withCell<T>(cell: CellValues | undefined, fn: () => T): T {
  const shared = state()
  const outer = shared.cell
  shared.cell = cell
  try {
    return fn()
  } finally {
    shared.cell = outer
  }
}
