import type { PresentRunner } from '../../store.ts'
import type { Build } from '../model.ts'
import { homeOf, neededFiles } from './homes.ts'
import { defaultPool, reaches } from './reach.ts'

/** Reason why no present runner may take a ready job. */
export type RunnerWait =
  /** The step requests a pool or labels that no runner has. */
  | { readonly kind: 'nobody'; readonly pool: string; readonly labels: readonly string[] }
  /** The step's files are on a runner that is offline or draining. */
  | { readonly kind: 'home'; readonly runner: string }

type Placed = Pick<Build, 'queue' | 'steps' | 'jobs'>

/** Returns the snapshots that ready jobs of a build start from and that no present runner has. */
export function absentFiles(build: Placed, present: readonly PresentRunner[]): readonly string[] {
  const ids = new Set(present.map(({ id }) => id))
  return build.jobs.flatMap(({ state, step }) =>
    state !== 'scheduled' || step === null
      ? []
      : neededFiles(build, step).flatMap(({ snapshot, holder }) =>
          holder === null || ids.has(holder) ? [] : snapshot,
        ),
  )
}

/**
 * Returns the reasons, by job id, why no present runner may take a ready job of the build. `stored`
 * contains the absent files that the server has.
 */
export function runnerWaits(
  build: Placed,
  present: readonly PresentRunner[],
  stored: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, RunnerWait> {
  const ids = new Set(present.map(({ id }) => id))
  const waits = new Map<string, RunnerWait>()
  for (const { id, state, step: slot } of build.jobs) {
    const step = slot === null ? undefined : build.steps[slot]
    if (state !== 'scheduled' || slot === null || step === undefined) continue
    const files = neededFiles(build, slot)
    const lacking = files.find(({ snapshot, holder }) => holder !== null && !ids.has(holder) && !stored.has(snapshot))
    const home = files.length > 0 ? (lacking?.holder ?? null) : homeOf(build, slot)
    if (home !== null && !ids.has(home)) waits.set(id, { kind: 'home', runner: home })
    if (step.runsOn === undefined || present.some(({ reach }) => reaches(reach, build.queue, step))) continue
    const { pool, labels } = step.runsOn
    waits.set(id, { kind: 'nobody', pool: pool ?? defaultPool, labels })
  }
  return waits
}
