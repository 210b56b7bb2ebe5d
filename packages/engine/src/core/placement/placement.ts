/** Decides which runner may take a ready job of a build. */
import type { LayerTraffic } from '../../layers/layer.ts'
import { type LiveBuild, RENDER, type Slot } from '../live-build.ts'
import { familyOf, homeOf, neededFiles } from './homes.ts'
import { type Reach, reaches } from './reach.ts'

/** A runner that looks for work. */
export interface Taker {
  readonly runner: string
  readonly reach: Reach
  /** Describes which files of other runners the runner accepts. */
  readonly traffic: LayerTraffic
}

/**
 * Returns whether the runner may take the job, as far as the build decides it. The store decides
 * whether the runner can get the files.
 */
export function isWithin(live: LiveBuild, id: string, { runner, reach, traffic }: Taker): boolean {
  const slot = live.slots.get(id)
  if (slot === undefined || !reaches(reach, live.header.queue, live.steps[slot])) return false
  const home = homeOf(live, slot)
  return home === null || home === runner || (traffic.forms.length > 0 && neededFiles(live, slot).length > 0)
}

/**
 * Returns a check like `isWithin` for jobs that are leased together: jobs that share files but
 * start from none go to one runner.
 */
export function checkTogether(live: LiveBuild): (id: string, wish: Taker) => boolean {
  const homes = new Map<Slot, string>()
  return (id, wish) => {
    if (!isWithin(live, id, wish)) return false
    const slot = live.slots.get(id) ?? RENDER
    const [family] = familyOf(live.steps, slot)
    if (family === undefined || (wish.traffic.forms.length > 0 && neededFiles(live, slot).length > 0)) return true
    const home = homes.get(family)
    if (home !== undefined && home !== wish.runner) return false
    homes.set(family, wish.runner)
    return true
  }
}
