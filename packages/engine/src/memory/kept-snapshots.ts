import type { Instant } from '../core/model.ts'
import { isBuildTerminal } from '../core/states.ts'
import type { LiveSnapshots } from '../store.ts'
import type { StoredBuild } from './memory-store.ts'

/** See `BuildStore.liveSnapshots`. */
export function keptSnapshots(builds: Iterable<StoredBuild>, since: Instant): LiveSnapshots {
  const needed = new Set<string>()
  const pinned: string[] = []
  const left: string[] = []
  const newestFirst = [...builds].sort((a, b) => endOf(b) - endOf(a))
  for (const build of newestFirst) {
    const over = isBuildTerminal(build.live.header.state)
    if (over && endOf(build) <= since) continue
    const { wanted, others } = snapshotsOf(build)
    if (over) pinned.push(...wanted)
    else for (const snapshot of wanted) needed.add(snapshot)
    if (over) left.push(...others)
  }
  return { needed, pinned, left }
}

function endOf({ live }: StoredBuild): Instant {
  return live.header.finishedAt ?? 0
}

/** Of one build: `wanted` is what a job left that did not pass, and what such a job builds in. */
function snapshotsOf({ live, attempts }: StoredBuild): Record<'wanted' | 'others', readonly string[]> {
  const parents = new Set<number>()
  live.steps.forEach(({ buildsIn }, slot) => {
    if (buildsIn !== null && live.jobs[slot]?.state !== 'passed') parents.add(buildsIn)
  })
  const wanted: string[] = []
  const others: string[] = []
  for (const { snapshot, state, step } of attempts.values()) {
    if (snapshot === null || step === null) continue
    ;(state !== 'passed' || parents.has(step) ? wanted : others).push(snapshot)
  }
  return { wanted, others }
}
