import { bootTime } from './boot-time.ts'

/**
 * One moment on both clocks, in milliseconds: the boot clock, and the wall clock that dates files.
 */
export interface Clocks {
  readonly boot: number
  readonly wall: number
}

const closeMs = 0.2
const mostTries = 20

/** Reads both clocks together. Retries if the process is interrupted between the reads. */
export function readClocks(): Clocks {
  let best: Clocks | undefined
  let bestMs = Number.POSITIVE_INFINITY
  for (let tries = 0; best === undefined || (bestMs > closeMs && tries < mostTries); tries++) {
    const before = bootTime()
    const wall = Date.now()
    const boot = bootTime()
    if (boot - before >= bestMs) continue
    best = { boot, wall }
    bestMs = boot - before
  }
  return best
}
