import type { Clocks } from '../system/clock.ts'

/** Holds when a command ran by two clocks: the boot clock, which nobody sets, and the wall clock, which dates files. */
export interface EndFacts {
  /** When it began; undefined for one that an earlier release started. */
  readonly started: Clocks | undefined
  /** When it was last seen running, by the boot clock. */
  readonly seenAt: number | undefined
  /** The date of its exit file. */
  readonly exitWall: number
  readonly now: Clocks
}

/** Wall clocks that are led to the right time go so much faster or slower; what is more was a step. */
const driftMs = 1_000
/** The kernel dates files by a clock that is up to a tick behind. */
const tickMs = 10

/**
 * Returns when a command ended, by the boot clock. Its exit file says so by the wall clock; when that was set since the start, either before the end or
 * after it, the date fits only one of the two, unless the command ran for longer than the step: then it counts as the shorter, so that no step times a
 * command out.
 */
export function endOfCommand({ started, seenAt, exitWall, now }: EndFacts): number {
  const byNow = now.boot - (now.wall - exitWall)
  const earliest = Math.max(started?.boot ?? Number.NEGATIVE_INFINITY, seenAt ?? Number.NEGATIVE_INFINITY)
  const within = (boot: number) => Math.min(Math.max(boot, earliest), now.boot)
  if (started === undefined) return within(byNow)
  const byStart = started.boot + (exitWall - started.wall)
  if (Math.abs(byNow - byStart) < driftMs) return within(byNow)
  const fitting = [byNow, byStart].filter((boot) => boot >= earliest - tickMs && boot <= now.boot + tickMs)
  return within(Math.min(...fitting, now.boot))
}
