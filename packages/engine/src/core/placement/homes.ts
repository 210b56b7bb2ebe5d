/**
 * Homes of steps. A step starts on a machine that has the files that the step starts from, or on
 * one that can get them from the server. Steps that share files directly or indirectly form a
 * family. Steps of a family that start from an image run where its files are, so that the files
 * need not travel.
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

/** Files of a step from which another step starts. */
export interface NeededFiles {
  readonly from: Slot
  readonly snapshot: string
  /**
   * The runner that made the files; null when its machine is gone, and for jobs of earlier
   * releases.
   */
  readonly holder: string | null
}

/** Returns the existing files that the job at a slot starts from, its base first. */
export function neededFiles({ steps, jobs }: Steps, slot: Slot): readonly NeededFiles[] {
  const step = steps[slot]
  if (step === undefined) return []
  const files = new Map<string, NeededFiles>()
  const need = (from: Slot, find: (job: Job) => string | null | undefined) => {
    const job = jobs[from]
    const snapshot = job && find(job)
    if (job && snapshot && !files.has(snapshot)) files.set(snapshot, { from, snapshot, holder: job.runner })
  }
  if (step.buildsIn !== null) need(step.buildsIn, (job) => job.snapshot)
  for (const { from } of step.inputs ?? []) need(from, (job) => job.snapshot)
  for (const { name, from } of step.services ?? []) if (from !== null) need(from, (job) => job.serviceSnapshots[name])
  return [...files.values()]
}

/** Returns the family of a step, itself included, ascending; empty for a step that shares no files. */
export function familyOf(steps: readonly Step[], slot: Slot): readonly Slot[] {
  if (slot === RENDER) return []
  const known = families.get(steps) ?? findFamilies(steps)
  families.set(steps, known)
  return known[slot] ?? []
}

/**
 * Returns the runner whose machine has or is making files of the step's family; null if there is
 * none. Only in the null case does the cost grow with the size of the family.
 */
export function homeOf(build: Steps, slot: Slot): string | null {
  return build.jobs[deciderOf(build, slot) ?? -1]?.runner ?? null
}

/** Returns the other member of a step's family whose runner is the step's home. */
export function deciderOf({ steps, jobs }: Steps, slot: Slot): Slot | undefined {
  return familyOf(steps, slot).find((other) => {
    const job = other === slot ? undefined : jobs[other]
    return job !== undefined && bindsFamily(job)
  })
}

/** Returns whether the family of this job must run on the job's runner. */
export function bindsFamily(job: Job): boolean {
  return job.runner !== null && (isHeld(job.state) || hasFiles(job))
}

/** Returns whether the job left files that other steps may start from. */
function hasFiles({ snapshot, serviceSnapshots }: Job): boolean {
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
