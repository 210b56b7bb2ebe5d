import type { Instant } from '../core/model.ts'
import { isBuildTerminal } from '../core/states.ts'
import type { StoredBuild } from './memory-store.ts'

/** Snapshots of one build that something may still start from. */
export function keptSnapshots({ live, attempts }: StoredBuild, since: Instant): readonly string[] {
  const { state, finishedAt } = live.header
  const over = isBuildTerminal(state)
  if (over && (finishedAt ?? 0) <= since) return []
  const wanted = new Set<number>()
  live.steps.forEach(({ buildsIn }, slot) => {
    if (buildsIn !== null && live.jobs[slot]?.state !== 'passed') wanted.add(buildsIn)
  })
  return [...attempts.values()].flatMap(({ snapshot, state, step }) => {
    if (snapshot === null || step === null) return []
    return over || state !== 'passed' || wanted.has(step) ? [snapshot] : []
  })
}
