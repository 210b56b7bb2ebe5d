/** Which runner may take a ready job of a build. */

import { type LiveBuild, RENDER, type Slot } from '../live-build.ts'
import { familyOf, homeOf } from './homes.ts'
import { type Reach, reaches } from './reach.ts'

/** A runner that looks for work. */
export interface Taker {
  readonly runner: string
  readonly reach: Reach
}

/** Whether the runner may take the job, as far as the build is decided. */
export function isWithin(live: LiveBuild, id: string, { runner, reach }: Taker): boolean {
  const slot = live.slots.get(id)
  if (slot === undefined || !reaches(reach, live.header.queue, live.steps[slot])) return false
  const home = homeOf(live, slot)
  return home === null || home === runner
}

/**
 * Returns a check like `isWithin` for jobs that go at once: jobs that share files go to one runner.
 */
export function checkTogether(live: LiveBuild): (id: string, wish: Taker) => boolean {
  const homes = new Map<Slot, string>()
  return (id, wish) => {
    const [family] = familyOf(live.steps, live.slots.get(id) ?? RENDER)
    const home = family === undefined ? undefined : homes.get(family)
    if (!isWithin(live, id, wish) || (home !== undefined && home !== wish.runner)) return false
    if (family !== undefined) homes.set(family, wish.runner)
    return true
  }
}
