import type { ProcessorMeter } from './processor-meter.ts'

/** Costs of one size, by the name of the line that they belong to. */
export type Costs = Readonly<Record<string, number>>

/** A measurement that is made at growing sizes. */
export interface Curve {
  /** Names its picture, and chooses it on the command line. */
  readonly name: string
  /** Says what is measured, with `n` for the size. */
  readonly what: string
  /** Unit of the size, in the plural. */
  readonly unit: string
  /** Unit of the cost, and of which processes. */
  readonly cost: string
  /** The exponent that each line must not exceed. */
  readonly limits: Costs
  readonly sizes: readonly number[]
  /** Further sizes, measured with `--whole`. */
  readonly largest: readonly number[]
  /**
   * Prepares what the sizes share, and passes a function that measures one of them once. Sizes come
   * in ascending order, each several times.
   */
  prepare(meter: ProcessorMeter, measure: (once: (size: number) => Promise<Costs>) => Promise<void>): Promise<void>
}

/** Limits a cost that belongs to all units together. */
export const inProportion = 1.1
/** Limits a cost that does not depend on the size. */
export const independent = 0.1
