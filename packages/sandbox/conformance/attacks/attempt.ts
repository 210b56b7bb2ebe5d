import type { Protection } from './protections.ts'
import type { World } from './world.ts'

/** Something that a job could try against the machine, the engine or its neighbours. */
export interface Attempt {
  /** Its target, as worded in the table. */
  readonly name: string
  readonly guarantee: 'G20' | 'G21' | 'G22' | 'G23'
  /**
   * Run by root inside. Succeeds, as seen from inside, if it exits with 0 or, in Python, reaches
   * `hold()`.
   */
  readonly code: { readonly sh: string } | { readonly python: string }
  /** Its protections. The control run lacks these only. */
  readonly stoppedBy: readonly Protection[]
  /**
   * Returns whether the machine shows its success, while the sandbox still exists. If absent, the
   * result from inside counts. If present, only this counts, since a runtime with its own kernel
   * may let a job succeed against that.
   */
  readonly harmed?: (world: World, seen: Seen) => boolean
  /** Undoes what its success does to the machine. */
  readonly restore?: (world: World, seen: Seen) => void | Promise<void>
  /**
   * A file that the kernel must have. Without it there is nothing to attack, and the table says so.
   */
  readonly needs?: string
  /** Printed in the table beside its name. */
  readonly remark?: string
}

/** The result of an attempt inside. */
export interface Seen {
  readonly succeeded: boolean
  /** Both streams, at most 64 KiB. */
  readonly output: string
  /** Process ids on the machine of the sandbox's command. */
  readonly pids: readonly number[]
  /** The machine's directory for what the sandbox writes. */
  readonly upper: string
}

/** Returns whether an attempt to read printed the secret, which is nowhere inside. */
export const toldTheSecret = (world: World, { output }: Seen): boolean => output.includes(world.secret)

/** `contained`: it succeeded inside, with no effect on the machine. */
export type Verdict = 'refused' | 'contained' | 'succeeds'

export function verdictOn(attempt: Attempt, world: World, seen: Seen): Verdict {
  if (attempt.harmed?.(world, seen) ?? seen.succeeded) return 'succeeds'
  return seen.succeeded ? 'contained' : 'refused'
}
