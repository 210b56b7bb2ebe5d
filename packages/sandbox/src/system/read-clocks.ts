import { bootTime } from './boot-time.ts'

/** One moment by both clocks of the machine, in milliseconds: the one that nobody sets, and the one that files are dated by. */
export interface Clocks {
  readonly boot: number
  readonly wall: number
}

const closeMs = 0.2
const mostTries = 20

/** Reads both clocks together, again while the process is held up in between. */
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
