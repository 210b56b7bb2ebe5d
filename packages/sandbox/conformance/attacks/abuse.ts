import type { Limits } from '../../src/sandbox-driver.ts'
import type { Protection } from './protections.ts'

/** A job that takes as much as it can get of something that others need too. */
export interface Abuse {
  readonly name: string
  /** Python, run by root inside, with what abuse.py has; it comes to `done()` or `refused(why)`. */
  readonly python: string
  /** Numbers that the script gets as variables: those of a quick run and, where it differs, of a long one. */
  readonly size: Readonly<Record<string, number>>
  readonly fullSize?: Readonly<Record<string, number>>
  readonly limits?: Partial<Limits>
  /** How it must end: killed for this limit; `refused`, as it sees itself; or let be, `borne`, since what it takes is counted as its memory or is its own. */
  readonly end: 'memory' | 'disk' | 'refused' | 'borne'
  /** What stops it, as the table says it. */
  readonly stoppedBy: string
  /** The control, in which it must come to `done()`: these limits instead, or this protection off. Absent where nothing of ours stops it. */
  readonly control?: Partial<Limits> | Protection
}

export const MiB = 1 << 20
