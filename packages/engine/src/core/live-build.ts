/**
 * A build in the form that decisions use. It is derived once and updated in place by `evolve`, so
 * an event costs only as much as the jobs that it touches.
 */
import { count, emptyTally, type Tally } from './fold-build.ts'
import type { Build, Job, Step } from './model.ts'
import { dependentsOf, generatorsOf, judge, prerequisitesOf, waitersFor } from './prerequisites.ts'

/** The fields of a build without its steps and jobs. */
export type BuildHeader = Omit<Build, 'steps' | 'jobs' | 'render'>

/** Index of a job's step; `RENDER` for the job that renders the steps. */
export type Slot = number

export const RENDER: Slot = -1

export interface LiveBuild {
  header: BuildHeader
  steps: readonly Step[]
  /** Newest attempts, by step. */
  jobs: Job[]
  render: Job | null
  /** Slots of the newest attempts, by job id. */
  slots: Map<string, Slot>
  /** Dependents of each step, ascending. */
  dependents: readonly (readonly Slot[])[]
  /** Number of unsatisfied prerequisites of each step; meaningful while its job is pending. */
  unmet: number[]
  tally: Tally
}

/** The complete change that an event makes to a build. */
export interface Change {
  readonly header: BuildHeader
  /** The newly rendered steps; null when the steps do not change. */
  readonly steps: readonly Step[] | null
  /** The steps that a generator adds, after the existing ones. */
  readonly appended: readonly Step[]
  /** Existing jobs after the change. */
  readonly jobs: readonly Job[]
  /** New jobs: further attempts, or the first ones of rendered or appended steps. */
  readonly attempts: readonly Job[]
  readonly unmet: ReadonlyMap<Slot, number>
  readonly tally: Tally
}

/** Derives a live build. Copies the build's arrays, so that the two do not share them. */
export function liveBuild(build: Build): LiveBuild {
  const { steps, jobs, render, ...header } = build
  const live: LiveBuild = {
    header,
    steps,
    jobs: [...jobs],
    render,
    slots: new Map(jobs.map((job, slot) => [job.id, slot])),
    dependents: dependentsOf(steps),
    unmet: [],
    tally: jobs.reduce((tally, job) => count(tally, job, 1), emptyTally),
  }
  if (render !== null) live.slots.set(render.id, RENDER)
  live.unmet = steps.map((_, slot) => countUnmet(live, slot))
  return live
}

/**
 * Returns the build as plain data. `jobs` is the live build's own list and shows later changes:
 * copying 10,000 jobs would dominate the cost of an event.
 */
export function viewBuild(live: LiveBuild): Build {
  return { ...live.header, steps: live.steps, jobs: live.jobs, render: live.render }
}

/** Returns the newest attempt at a slot. */
export function jobAt(live: LiveBuild, slot: Slot): Job {
  const job = slot === RENDER ? live.render : live.jobs[slot]
  if (!job) throw new RangeError(`build ${live.header.id} has no job at ${slot}`)
  return job
}

/** Returns the step at a slot. */
export function stepAt(live: LiveBuild, slot: Slot): Step {
  const step = live.steps[slot]
  if (!step) throw new RangeError(`build ${live.header.id} has no step ${slot}`)
  return step
}

/** Applies a change to the live build in place. */
export function evolve(live: LiveBuild, change: Change): void {
  live.header = change.header
  if (change.steps !== null) {
    const render = change.jobs.find((job) => job.step === null) ?? live.render
    Object.assign(live, liveBuild({ ...change.header, steps: change.steps, jobs: change.attempts, render }))
    return
  }
  for (const job of change.jobs) place(live, job)
  const first = live.steps.length
  if (change.appended.length > 0)
    grow(
      live,
      change.appended,
      change.attempts.filter(({ step }) => (step ?? RENDER) >= first),
    )
  for (const job of change.attempts) if ((job.step ?? RENDER) < first) place(live, job)
  for (const [slot, unmet] of change.unmet) live.unmet[slot] = unmet
  live.tally = change.tally
}

/**
 * Adds appended steps to the live build in place, with the newest attempt of each in their order.
 */
export function grow(live: LiveBuild, added: readonly Step[], jobs: readonly Job[]): void {
  const first = live.steps.length
  live.steps = [...live.steps, ...added]
  for (const job of jobs) {
    place(live, job)
    live.tally = count(live.tally, job, 1)
  }
  const more = new Map<Slot, Slot[]>()
  const link = (from: Slot, to: Slot) => {
    const list = more.get(from)
    if (list === undefined) more.set(from, [to])
    else list.push(to)
  }
  const waiters = new Set<Slot>()
  for (const index of added.keys()) {
    for (const from of prerequisitesOf(live.steps, first + index)) link(from, first + index)
    for (const waiter of waitersFor(live.steps, generatorsOf(live.steps, first + index)))
      if (waiter < first) {
        link(first + index, waiter)
        waiters.add(waiter)
      }
  }
  const dependents = [...live.dependents, ...added.map(() => [])]
  for (const [from, to] of more) dependents[from] = [...(dependents[from] ?? []), ...to].sort((a, b) => a - b)
  live.dependents = dependents
  for (const index of added.keys()) live.unmet[first + index] = countUnmet(live, first + index)
  for (const waiter of waiters) live.unmet[waiter] = countUnmet(live, waiter)
}

/**
 * Updates the newest attempts with those that another process wrote. Their steps must be known
 * already.
 */
export function refresh(live: LiveBuild, header: BuildHeader, jobs: readonly Job[]): void {
  live.header = header
  const stale = new Set<Slot>()
  for (const job of jobs) {
    if (job.step !== null) {
      live.tally = count(count(live.tally, jobAt(live, job.step), -1), job, 1)
      stale.add(job.step)
      for (const dependent of live.dependents[job.step] ?? []) stale.add(dependent)
    }
    place(live, job)
  }
  for (const slot of stale) if (jobAt(live, slot).state === 'pending') live.unmet[slot] = countUnmet(live, slot)
}

function place(live: LiveBuild, job: Job): void {
  const slot = job.step ?? RENDER
  const before = slot === RENDER ? live.render : live.jobs[slot]
  if (before && before.id !== job.id) live.slots.delete(before.id)
  live.slots.set(job.id, slot)
  if (slot === RENDER) live.render = job
  else live.jobs[slot] = job
}

function countUnmet(live: LiveBuild, slot: Slot): number {
  const step = stepAt(live, slot)
  let unmet = 0
  for (const from of prerequisitesOf(live.steps, slot)) if (judge(step, from, jobAt(live, from)) !== 'met') unmet++
  return unmet
}
