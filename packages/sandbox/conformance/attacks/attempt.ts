import type { Protection } from './protections.ts'
import type { World } from './world.ts'

/** Something that a job could try against the machine, the engine or its neighbours. */
export interface Attempt {
  /** What it is after, as the table says it. */
  readonly name: string
  readonly guarantee: 'G20' | 'G21' | 'G22' | 'G23'
  /** Run by root inside. It has succeeded, as seen from inside, when it ends with 0 or, in Python, comes to `hold()`. */
  readonly code: { readonly sh: string } | { readonly python: string }
  /** What stops it: all of these are off in its control run, and nothing else. */
  readonly stoppedBy: readonly Protection[]
  /**
   * Whether the machine shows that it succeeded, asked while the sandbox is still there. Where it is absent the word from inside counts; where it is
   * there only this does, since a runtime with a kernel of its own may let a job have its way with that.
   */
  readonly harmed?: (world: World, seen: Seen) => boolean
  /** Undoes what its success does to the machine. */
  readonly restore?: (world: World, seen: Seen) => void | Promise<void>
  /** What a kernel must have for it: without this file there is nothing to attack, and the table says so. */
  readonly needs?: string
  /** Said in the table beside its name. */
  readonly remark?: string
}

/** What came of an attempt inside. */
export interface Seen {
  readonly succeeded: boolean
  /** Both streams, at most 64 KiB. */
  readonly output: string
  /** Ids on the machine of every process of the sandbox's command. */
  readonly pids: readonly number[]
  /** The directory on the machine that takes what the sandbox writes. */
  readonly upper: string
}

/** For what is out to read: whether it told the secret, which is nowhere inside. */
export const toldTheSecret = (world: World, { output }: Seen): boolean => output.includes(world.secret)

/** `contained`: it had its way inside, and nothing of that is to be seen on the machine. */
export type Verdict = 'refused' | 'contained' | 'succeeds'

export function verdictOn(attempt: Attempt, world: World, seen: Seen): Verdict {
  if (attempt.harmed?.(world, seen) ?? seen.succeeded) return 'succeeds'
  return seen.succeeded ? 'contained' : 'refused'
}
