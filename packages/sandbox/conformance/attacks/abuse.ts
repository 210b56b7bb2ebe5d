import type { Limits } from '../../src/sandbox-driver.ts'
import type { Protection } from './protections.ts'

/** A job that takes as much as it can of a shared resource. */
export interface Abuse {
  readonly name: string
  /**
   * Python, run as root in the sandbox with the helpers of abuse.py. Reaches `done()` or
   * `refused(why)`.
   */
  readonly python: string
  /**
   * Numbers passed to the script as variables: for a quick run and, if different, for a long one.
   */
  readonly size: Readonly<Record<string, number>>
  readonly fullSize?: Readonly<Record<string, number>>
  readonly limits?: Partial<Limits>
  /**
   * The expected end: killed for this limit, `refused` by its own report, or `borne`. A `borne`
   * abuse is harmless: its use counts as its own memory, or affects only itself.
   */
  readonly end: 'memory' | 'disk' | 'refused' | 'borne'
  /** The protection against it, as worded in the table. */
  readonly stoppedBy: string
  /**
   * The control run, which must reach `done()`: with these limits, or without this protection.
   * Absent if no limit or protection of ours stops it.
   */
  readonly control?: Partial<Limits> | Protection
}

export const MiB = 1 << 20
