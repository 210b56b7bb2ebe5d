import type { IrSplit } from '@harmont/ir'

/** A cell of a matrix: axis to value. */
export type CellValues = Readonly<Record<string, string | number | boolean>>

/** A shard of a split, in the form of the IR, with the leaves of the objects listed in it. */
export interface ShardScope {
  readonly split: IrSplit
  readonly stoodFor: StoodFor
}

/** The leaves of each object, per cell: a toolchain in two places stands for the same steps. */
type StoodFor = WeakMap<object, Map<CellValues | undefined, unknown>>

/** A target, identified by its own function. */
export interface TargetRun {
  readonly name: string
  /** Forgets the result. */
  readonly clear: () => void
}

/** State that all copies of the SDK in one process share. */
interface State {
  /** Targets that have a result. */
  readonly evaluated: Set<TargetRun>
  /** Targets being evaluated, the innermost last. */
  readonly evaluating: TargetRun[]
  /** The cell for which `matrix()` is calling its function. */
  cell: CellValues | undefined
  /** The shard for which `split()` is calling its function. Absent in the state of an earlier release. */
  shard?: ShardScope | undefined
  readonly stoodFor: StoodFor
}

const KEY = Symbol.for('@harmont/hm.state.v1')

/** Returns the state of this process; the first copy of the SDK creates it. */
export function state(): State {
  const known: State | undefined = Reflect.get(globalThis, KEY)
  if (known !== undefined) return known
  const fresh: State = { evaluated: new Set(), evaluating: [], cell: undefined, stoodFor: new WeakMap() }
  Reflect.set(globalThis, KEY, fresh)
  return fresh
}

/** Runs `fn`, whose steps belong to this shard, or to none. */
export function withShard<T>(shard: ShardScope | undefined, fn: () => T): T {
  const shared = state()
  const outer = shared.shard
  shared.shard = shard
  try {
    return fn()
  } finally {
    shared.shard = outer
  }
}

/** Runs `fn`, whose steps belong to this cell, or to none. */
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
