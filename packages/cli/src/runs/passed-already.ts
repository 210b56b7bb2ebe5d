import {
  type BuildEvent,
  type Created,
  type DecideContext,
  decide,
  type Effect,
  evolve,
  liveBuild,
  viewBuild,
} from '@harmont/engine'
import type { Left } from './plan-retry.ts'

/**
 * Creates a build in which these steps have already passed. `kept` contains their slots and
 * snapshots, and includes all their prerequisites.
 */
export function passedAlready(created: Created, kept: ReadonlyMap<number, Left>, context: DecideContext): Created {
  const live = liveBuild(created.build)
  const at = created.build.createdAt
  const play = (event: BuildEvent) => {
    const { taken, change } = decide(live, event, context)
    if (!taken) throw new Error(`a kept step cannot have ${event.type}`)
    evolve(live, change)
  }
  const open = new Map(kept)
  while (open.size > 0) {
    const ready = [...open].filter(([slot]) => live.jobs[slot]?.state === 'scheduled')
    if (ready.length === 0) throw new Error('expected the dependencies of a kept step to be kept too')
    for (const [slot, { snapshot, serviceSnapshots }] of ready) {
      open.delete(slot)
      const job = live.jobs[slot]?.id ?? ''
      play({ type: 'leased', job, fence: 1, at })
      // A cached job ends without a start.
      if (snapshot === null) play({ type: 'started', job, fence: 1, at })
      const outcome =
        snapshot === null
          ? ({ kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot, serviceSnapshots } as const)
          : ({ kind: 'cached', snapshot, serviceSnapshots } as const)
      play({ type: 'ended', job, fence: 1, at, outcome })
    }
  }
  const effects = live.jobs.flatMap(({ id, state }): Effect[] =>
    state === 'scheduled' ? [{ type: 'ready', job: id, notBefore: null }] : [],
  )
  return { build: { ...viewBuild(live), jobs: [...live.jobs] }, effects }
}
