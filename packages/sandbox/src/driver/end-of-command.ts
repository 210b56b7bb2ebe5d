import type { Clocks } from '../system/clock.ts'

/**
 * The times of a command's run, on two clocks: the boot clock, which cannot be set, and the wall
 * clock, which dates files.
 */
export interface EndFacts {
  /** When the command began; undefined if an earlier release started it. */
  readonly started: Clocks | undefined
  /** When it was last seen running, in ms on the boot clock; undefined if never. */
  readonly seenAt: number | undefined
  /** The mtime of its exit file, in ms. */
  readonly exitWall: number
  readonly now: Clocks
}

/** Largest difference caused by gradual adjustment of the wall clock. Larger ones are steps. */
const driftMs = 1_000
/** The kernel dates files by a clock that is up to one tick behind. */
const tickMs = 10

/**
 * Returns when a command ended, in ms on the boot clock. Its exit file is dated by the wall clock.
 * If the wall clock was stepped since the start, the date is right relative either to the start or
 * to now. If both are plausible, the earlier end is used, so that no step makes a command time out.
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
