import { flatLeaves } from './leaves.ts'
import { inCell } from './scope-fields.ts'
import { type CellValues, state, withCell } from './state.ts'
import type { Leaves, Step, Wait } from './step.ts'
import { grouped, listOf, membersOf, misuse, nameOf, optionsOf, wrongUse } from './wrong-use.ts'

type CellValue = string | number | boolean
type Axes = Readonly<Record<string, readonly CellValue[]>>

/** A cell: one value of each axis, and `name("test")` for a name that is unique per cell. */
export type Cell<A extends Axes> = { readonly [Axis in keyof A]: A[Axis][number] } & { name(text: string): string }

type PartialCell<A extends Axes> = { readonly [Axis in keyof A]?: A[Axis][number] }

export interface MatrixOptions<A extends Axes> {
  /** Keeps only the cells that match all values of one of these entries. */
  readonly include?: readonly PartialCell<A>[]
  /** Drops the cells that match all values of one of these entries. */
  readonly exclude?: readonly PartialCell<A>[]
}

const MAX_CELLS = 1000

/** Returns the cells of the given axes; the first axis varies slowest. */
export function matrix<const A extends Axes>(axes: A): readonly Cell<A>[]
/**
 * Returns the results of `fn` for each cell as a flat list of leaves. Labels of steps made by `fn`
 * include the cell.
 */
export function matrix<const A extends Axes>(
  axes: A,
  fn: (cell: Cell<A>) => Leaves,
  options?: MatrixOptions<A>,
): readonly (Step | Wait)[]
/** Returns the cells of the given axes, filtered by `include` and `exclude`. */
export function matrix<const A extends Axes>(axes: A, fn: undefined, options?: MatrixOptions<A>): readonly Cell<A>[]
export function matrix(axes: unknown, fn?: unknown, options: unknown = {}): readonly unknown[] {
  const cells = cellsOf(axes, options)
  if (fn === undefined) return cells.map(withName)
  if (typeof fn !== 'function') throw wrongUse('matrix', 'a function of a cell', fn, 'Pass one, or omit it.')
  const outer = state().cell
  return cells.flatMap((cell) => withCell({ ...outer, ...cell }, () => flatLeaves('matrix', fn(withName(cell)))))
}

function cellsOf(axes: unknown, options: unknown): readonly CellValues[] {
  const { include, exclude } = optionsOf('matrix', options, ['include', 'exclude'])
  const known = membersOf('matrix', axes).map(([axis, values]) => [axisOf(axis), valuesOf(axis, values)] as const)
  if (known.length === 0) throw wrongUse('matrix', 'at least one axis', undefined, 'Name an axis and its values.')
  const count = known.reduce((product, [, values]) => product * values.length, 1)
  if (count > MAX_CELLS)
    throw misuse('matrix', `at most ${grouped(MAX_CELLS)} cells`, grouped(count), 'Give the axes fewer values.')
  let cells: readonly CellValues[] = [{}]
  for (const [axis, values] of known)
    cells = cells.flatMap((cell) => values.map((value) => ({ ...cell, [axis]: value })))
  const names = known.map(([axis]) => axis)
  const wanted = include === undefined ? undefined : partsOf('include', include, names)
  const unwanted = exclude === undefined ? [] : partsOf('exclude', exclude, names)
  const fits = (cell: CellValues) => (part: CellValues) =>
    Object.entries(part).every(([axis, value]) => cell[axis] === value)
  return cells.filter((cell) => (wanted?.some(fits(cell)) ?? true) && !unwanted.some(fits(cell)))
}

function axisOf(axis: string): string {
  if (axis === 'name') throw wrongUse('matrix', 'another axis than "name", which cells use', axis, 'Rename the axis.')
  return nameOf('matrix', axis, 'Name the axis.')
}

function valuesOf(axis: string, values: unknown): readonly CellValue[] {
  const where = `matrix, ${axis}`
  const read = listOf(where, values, (value) => scalarOf(where, value))
  if (read.length === 0) throw wrongUse(where, 'at least one value', undefined, 'Give the axis a value, or remove it.')
  return read
}

function scalarOf(where: string, value: unknown): CellValue {
  const isNumber = typeof value === 'number' && Number.isFinite(value)
  if (typeof value === 'string' || typeof value === 'boolean' || isNumber) return value
  throw wrongUse(where, 'a string, a number or a boolean', value, 'Write the value as a string.')
}

function partsOf(option: string, parts: unknown, axes: readonly string[]): readonly CellValues[] {
  const where = `matrix, ${option}`
  return listOf(where, parts, (part) =>
    Object.fromEntries(
      membersOf(where, part).map(([axis, value]) => {
        if (!axes.includes(axis)) throw wrongUse(where, `one of the axes ${axes.join(', ')}`, axis, 'Correct the name.')
        return [axis, scalarOf(`${where}, ${axis}`, value)]
      }),
    ),
  )
}

function withName(cell: CellValues): object {
  return Object.freeze({ ...cell, name: (text: string) => inCell(text, cell) })
}
