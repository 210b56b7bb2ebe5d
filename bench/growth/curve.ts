import type { ProcessorMeter } from './processor-meter.ts'

/** Costs of one size, keyed by the name of their line. */
export type Costs = Readonly<Record<string, number>>

/** A measurement at growing sizes. */
export interface Curve {
  /** Names the picture, and selects the curve on the command line. */
  readonly name: string
  /** Describes the measurement, with `n` for the size. */
  readonly what: string
  /** Unit of the size, in the plural. */
  readonly unit: string
  /** Unit of the cost, and the processes that it counts. */
  readonly cost: string
  /** The exponent that each line must not exceed. */
  readonly limits: Costs
  readonly sizes: readonly number[]
  /** Further sizes, measured only with `--whole`. */
  readonly largest: readonly number[]
  /**
   * Prepares the shared state of all sizes, and passes a function that measures one of them once.
   * Sizes come in ascending order, each several times.
   */
  prepare(meter: ProcessorMeter, measure: (once: (size: number) => Promise<Costs>) => Promise<void>): Promise<void>
}

/** Limits a cost of all units together. */
export const inProportion = 1.1
/** Limits a cost that does not depend on the size. */
export const independent = 0.1
