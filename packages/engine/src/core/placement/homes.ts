/**
 * Homes of steps. Snapshots stay on the machine that made them, so a step starts only on the runner
 * that has what it starts from. Steps that share files, directly or by way of others, are a family,
 * and all jobs of a family have one home.
 */
import { RENDER, type Slot } from '../live-build.ts'
import type { Build, Job, Step } from '../model.ts'
import { isHeld } from '../states.ts'

type Steps = Pick<Build, 'steps' | 'jobs'>

const families = new WeakMap<readonly Step[], readonly (readonly Slot[])[]>()

/** Returns the steps that a step starts from, takes files from, or starts services from. */
export function filesFrom({ buildsIn, inputs = [], services = [] }: Step): readonly Slot[] {
  const own = buildsIn === null ? [] : [buildsIn]
  return [...own, ...inputs.map(({ from }) => from), ...services.flatMap(({ from }) => from ?? [])]
}

/** Returns the family of a step, itself included, ascending; empty for a step that shares no files. */
export function familyOf(steps: readonly Step[], slot: Slot): readonly Slot[] {
  if (slot === RENDER) return []
  const known = families.get(steps) ?? findFamilies(steps)
  families.set(steps, known)
  return known[slot] ?? []
}

/**
 * Returns the runner whose machine has files of the step's family, or is making them; null while no
 * machine has. The cost grows with the family only while that is so.
 */
export function homeOf({ steps, jobs }: Steps, slot: Slot): string | null {
  for (const other of familyOf(steps, slot)) {
    const job = other === slot ? undefined : jobs[other]
    if (job !== undefined && bindsFamily(job)) return job.runner
  }
  return null
}

/** Whether the family of this job must go where the job is, or was. */
export function bindsFamily(job: Job): boolean {
  return job.runner !== null && (isHeld(job.state) || hasFiles(job))
}

/** Whether the job left files that other steps may start from. */
export function hasFiles({ snapshot, serviceSnapshots }: Job): boolean {
  return snapshot !== null || Object.keys(serviceSnapshots).length > 0
}

/** Joins steps that share files, as a union-find. */
function findFamilies(steps: readonly Step[]): readonly (readonly Slot[])[] {
  const parents = steps.map((_, slot) => slot)
  const rootOf = (slot: Slot): Slot => {
    let root = slot
    for (let next = parents[root] ?? root; next !== root; next = parents[root] ?? root) {
      parents[root] = parents[next] ?? next
      root = next
    }
    return root
  }
  steps.forEach((step, slot) => {
    for (const from of filesFrom(step)) parents[rootOf(from)] = rootOf(slot)
  })
  const members = Map.groupBy(steps.keys(), rootOf)
  return steps.map((_, slot) => {
    const family = members.get(rootOf(slot)) ?? []
    return family.length > 1 ? family : []
  })
}
