/** Passes a generator and appends all of its steps in the same change, or none. */
import { endJob, failJob, schedule, skipByConditions, unmetAt, verdicts } from '../advance.ts'
import { currentJob, type Draft } from '../draft.ts'
import { count } from '../fold-build.ts'
import { grow, type LiveBuild, type Slot } from '../live-build.ts'
import type { AppendRequest, Job, Step } from '../model.ts'
import { newJob } from '../new-job.ts'
import { placeSteps } from './place-steps.ts'

/** Fields of a passed job besides its state. */
export type GeneratorEnd = Partial<Omit<Job, 'state'>>

/** Fails the generator and appends nothing if its request is refused. */
export function passGenerator(draft: Draft, slot: Slot, end: GeneratorEnd, request: AppendRequest | undefined): void {
  const { id } = currentJob(draft, slot)
  const remark = (text: string) => draft.effects.push({ type: 'remark', job: id, text })
  // The generator ran again because a lost machine took its files.
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

/** Adds the steps, each with a waiting job. Returns the slot of the first step. */
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

/** Copies the fields of a live build that `grow` changes. */
function copyOf(live: LiveBuild): LiveBuild {
  return { ...live, jobs: [...live.jobs], slots: new Map(live.slots), unmet: [...live.unmet] }
}

/**
 * Skips the steps with false conditions, then the steps with prerequisites that had ended without
 * passing.
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
