/** Passes a generator and appends its steps: all of them, in the change that passes it, or none. */
import { endJob, failJob, schedule, skipByConditions, unmetAt, verdicts } from '../advance.ts'
import { currentJob, type Draft } from '../draft.ts'
import { count } from '../fold-build.ts'
import { grow, type LiveBuild, type Slot } from '../live-build.ts'
import type { AppendRequest, Job, Step } from '../model.ts'
import { newJob } from '../new-job.ts'
import { placeSteps } from './place-steps.ts'

/** The end of a job that passes, besides its state. */
export type GeneratorEnd = Partial<Omit<Job, 'state'>>

/** The generator fails where its request cannot be granted, and then nothing is appended. */
export function passGenerator(draft: Draft, slot: Slot, end: GeneratorEnd, request: AppendRequest | undefined): void {
  const { id } = currentJob(draft, slot)
  const remark = (text: string) => draft.effects.push({ type: 'remark', job: id, text })
  // Its files were lost with a machine, and made again.
  if (draft.live.steps.some(({ appendedBy }) => appendedBy?.step === slot)) {
    remark('this step has appended its steps before; nothing is appended')
    endJob(draft, slot, { ...end, state: 'passed' })
    return
  }
  const placed = placeSteps(draft.live, { slot, job: id }, request)
  if ('refusal' in placed) {
    failJob(draft, slot, { ...end, state: 'failed', errorCode: 'append_refused', errorMessage: placed.refusal })
    return
  }
  const { steps } = placed
  if (steps.length > 0) remark(`appended ${steps.length === 1 ? '1 step' : `${steps.length} steps`}`)
  const first = append(draft, steps)
  skipAtOnce(draft, first)
  endJob(draft, slot, { ...end, state: 'passed' })
  for (const each of slotsFrom(draft, first))
    if (currentJob(draft, each).state === 'pending' && unmetAt(draft, each) === 0) schedule(draft, each, null, null)
}

/** Adds the steps, each with a job that waits. Returns the slot of the first. */
function append(draft: Draft, steps: readonly Step[]): Slot {
  const first = draft.live.steps.length
  if (steps.length === 0) return first
  const jobs = steps.map((_, index) => newJob(draft.context.newId(), first + index, draft.at))
  const larger = copyOf(draft.live)
  grow(larger, steps, jobs)
  draft.live = larger
  draft.appended = steps
  for (const job of jobs) {
    draft.tally = count(draft.tally, job, 1)
    draft.attempts.set(job.id, job)
  }
  return first
}

/** Copies as much of a working form as `grow` changes. */
function copyOf(live: LiveBuild): LiveBuild {
  return { ...live, jobs: [...live.jobs], slots: new Map(live.slots), unmet: [...live.unmet] }
}

/**
 * Skips the steps whose conditions are false, then those whose prerequisites ended without passing
 * before they were appended.
 */
function skipAtOnce(draft: Draft, first: Slot): void {
  skipByConditions(draft, first)
  for (const slot of slotsFrom(draft, first))
    if (currentJob(draft, slot).state === 'pending' && verdicts(draft, slot).includes('failed'))
      endJob(draft, slot, { state: 'skipped', skipReason: 'prerequisite' })
}

function slotsFrom({ live }: Draft, first: Slot): readonly Slot[] {
  return live.steps.slice(first).map((_, index) => first + index)
}
