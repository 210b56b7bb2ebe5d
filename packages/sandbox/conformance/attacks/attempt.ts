import type { Protection } from './protections.ts'
import type { World } from './world.ts'

/** An attack that a job could try against the machine, the engine or its neighbours. */
export interface Attempt {
  /** The attack's target, as worded in the table of attacks. */
  readonly name: string
  readonly guarantee: 'G20' | 'G21' | 'G22' | 'G23'
  /**
   * Run as root in the sandbox. It succeeds, as seen from inside, if it exits with 0 or, in Python,
   * reaches `hold()`.
   */
  readonly code: { readonly sh: string } | { readonly python: string }
  /** The protections that stop the attempt. The control run removes only these. */
  readonly stoppedBy: readonly Protection[]
  /**
   * Returns whether the attempt's success is visible on the machine. Called while the sandbox
   * exists. If absent, the result inside the sandbox counts. If present, only this counts: a job
   * may succeed against a runtime's own kernel without harm to the machine.
   */
  readonly harmed?: (world: World, seen: Seen) => boolean
  /** Undoes the attempt's effect on the machine. */
  readonly restore?: (world: World, seen: Seen) => void | Promise<void>
  /**
   * A file that exists if the kernel has the attempt's target. Without it there is nothing to
   * attack, and the table says so.
   */
  readonly needs?: string
  /** Printed in the table beside its name. */
  readonly remark?: string
}

/** The result of an attempt, as seen inside the sandbox. */
export interface Seen {
  readonly succeeded: boolean
  /** Both streams, at most 64 KiB. */
  readonly output: string
  /** The machine's ids of the processes of the sandbox's command. */
  readonly pids: readonly number[]
  /** The machine's directory of the files that the sandbox writes. */
  readonly upper: string
}

/**
 * Returns whether the attempt's output contains the secret, which no file of the sandbox contains.
 */
export const toldTheSecret = (world: World, { output }: Seen): boolean => output.includes(world.secret)

/** `contained`: it succeeded inside, with no effect on the machine. */
export type Verdict = 'refused' | 'contained' | 'succeeds'

export function verdictOn(attempt: Attempt, world: World, seen: Seen): Verdict {
  if (attempt.harmed?.(world, seen) ?? seen.succeeded) return 'succeeds'
  return seen.succeeded ? 'contained' : 'refused'
}
