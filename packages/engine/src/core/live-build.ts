/**
 * A build in the shape that decisions are made on: derived once, then kept up to date in place by `evolve`, so that the cost of an event is
 * that of the jobs it touches.
 */
import { count, emptyTally, type Tally } from './fold-build.ts'
import type { Build, Job, Step } from './model.ts'
import { dependentsOf, judge, prerequisitesOf } from './prerequisites.ts'

/** A build's own members, without what it is made of. */
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
  /** Of the newest attempts only: earlier ones are over. */
  slots: Map<string, Slot>
  /** For each step those that wait for it, ascending. */
  dependents: readonly (readonly Slot[])[]
  /** For each step how many prerequisites are not satisfied; means something while its job is pending. */
  unmet: number[]
  tally: Tally
}

/** Everything that an event changes in a build, and nothing else. */
export interface Change {
  readonly header: BuildHeader
  /** The steps, when rendering has just given them; null when they stay as they are. */
  readonly steps: readonly Step[] | null
  /** Jobs that were there before, as they are now. */
  readonly jobs: readonly Job[]
  /** Jobs that are new: further attempts, or the first ones of rendered steps. */
  readonly attempts: readonly Job[]
  readonly unmet: ReadonlyMap<Slot, number>
  readonly tally: Tally
}

/** Derives the working form. Keeps the build's own arrays out of reach: they are copied. */
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
 * Gives the build as data. `jobs` is the working form's own list, because copying 10,000 of them for each event would be the cost of the
 * event: it shows later changes too.
 */
export function viewBuild(live: LiveBuild): Build {
  return { ...live.header, steps: live.steps, jobs: live.jobs, render: live.render }
}

/** Gives the newest attempt at a slot. */
export function jobAt(live: LiveBuild, slot: Slot): Job {
  const job = slot === RENDER ? live.render : live.jobs[slot]
  if (!job) throw new RangeError(`build ${live.header.id} has no job at ${slot}`)
  return job
}

/** Gives the step at a slot. */
export function stepAt(live: LiveBuild, slot: Slot): Step {
  const step = live.steps[slot]
  if (!step) throw new RangeError(`build ${live.header.id} has no step ${slot}`)
  return step
}

/** Brings the working form to what was decided, in place. */
export function evolve(live: LiveBuild, change: Change): void {
  live.header = change.header
  if (change.steps !== null) {
    const render = change.jobs.find((job) => job.step === null) ?? live.render
    Object.assign(live, liveBuild({ ...change.header, steps: change.steps, jobs: change.attempts, render }))
    return
  }
  for (const job of change.jobs) place(live, job)
  for (const job of change.attempts) place(live, job)
  for (const [slot, unmet] of change.unmet) live.unmet[slot] = unmet
  live.tally = change.tally
}

/**
 * Takes over newest attempts that another process has written. The steps must be known already.
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
  for (const from of prerequisitesOf(step)) if (judge(step, from, jobAt(live, from)) !== 'met') unmet++
  return unmet
}
