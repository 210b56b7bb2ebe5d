import { endStopped, failJob, schedule } from './advance.ts'
import { currentJob, type Draft, patchJob } from './draft.ts'
import { RENDER, type Slot, stepAt } from './live-build.ts'
import type { BuildEvent, Job, NamedLease, Step } from './model.ts'
import { isHeld, isNewestLease } from './states.ts'

/** Moves the job from `scheduled` to `assigned`, under the next fencing number. */
export function decideLeased(
  draft: Draft,
  slot: Slot,
  { fence, leaseId = null }: NamedLease,
  runner: string | null,
): boolean {
  const job = currentJob(draft, slot)
  if (job.state !== 'scheduled' || fence !== job.fence + 1) return false
  if (job.notBefore !== null && job.notBefore > draft.at) return false
  const begin = { assignedAt: draft.at, notBefore: null, substitutedImage: null, services: [] }
  patchJob(draft, slot, { state: 'assigned', fence, leaseId, runner, ...begin })
  return true
}

type Phased = Pick<Extract<BuildEvent, { readonly type: 'started' }>, 'fence' | 'phases'>

/**
 * Records when phases of the job's work began and ended. Does not change a phase that is recorded
 * already.
 */
export function notePhases(draft: Draft, slot: Slot, { fence, phases = [] }: Phased): void {
  const { phases: known } = currentJob(draft, slot)
  const isKnown = (name: string) => known.some((phase) => phase.fence === fence && phase.name === name)
  const told = phases.filter(({ name }) => !isKnown(name)).map((phase) => ({ fence, ...phase }))
  if (told.length > 0) patchJob(draft, slot, { phases: [...known, ...told] })
}

/** Moves the job from `assigned` to `running`; the step's time begins. */
export function decideStarted(draft: Draft, slot: Slot, lease: NamedLease & Phased): boolean {
  const { at } = draft
  const job = currentJob(draft, slot)
  if (job.state !== 'assigned' || !isNewestLease(job, lease)) return false
  notePhases(draft, slot, lease)
  const seconds = slot === RENDER ? draft.context.limits.renderSeconds : stepAt(draft.live, slot).timeoutSeconds
  patchJob(draft, slot, { state: 'running', startedAt: job.startedAt ?? at, deadlineAt: at + seconds * 1000 })
  if (slot !== RENDER) startBuild(draft)
  return true
}

/** Removes the step's deadline. The build's own deadline still holds. */
export function decideCommandEnded(draft: Draft, slot: Slot, lease: NamedLease): boolean {
  const job = currentJob(draft, slot)
  if (job.state !== 'running' || !isNewestLease(job, lease)) return false
  if (job.deadlineAt === null || job.deadlineAt <= draft.at) return false
  patchJob(draft, slot, { deadlineAt: null })
  return true
}

/** Records that the job runs on another image than its step requests. */
export function decideSubstituted(draft: Draft, slot: Slot, lease: NamedLease, image: string): boolean {
  const job = currentJob(draft, slot)
  if (!isHeld(job.state) || !isNewestLease(job, lease)) return false
  patchJob(draft, slot, { substitutedImage: image })
  return true
}

/** Records the states of the services that run beside the job. */
export function decideServices(draft: Draft, slot: Slot, lease: NamedLease, services: Job['services']): boolean {
  const job = currentJob(draft, slot)
  if (!isHeld(job.state) || !isNewestLease(job, lease)) return false
  patchJob(draft, slot, { services })
  return true
}

/** Starts the build with its first started job or its first cache hit. */
export function startBuild(draft: Draft): void {
  if (draft.header.startedAt === null) draft.header = { ...draft.header, startedAt: draft.at }
}

/** Handles the end of a lease that was not renewed because the runner or its machine is gone. */
export function decideLeaseLost(draft: Draft, slot: Slot, lease: NamedLease): boolean {
  const job = currentJob(draft, slot)
  if (!isNewestLease(job, lease)) return false
  if (job.state === 'assigned' || job.state === 'running') loseJob(draft, slot, job)
  else if (job.state === 'canceling' || job.state === 'timing_out') endStopped(draft, slot, job)
  else return false
  return true
}

/**
 * Handles a command whose end is unknown: restarts the job or fails it. `blame` is a sentence that
 * names the cause.
 */
export function loseJob(draft: Draft, slot: Slot, job: Job, blame?: string): void {
  const lost = job.lost + 1
  const { infraRetries } = draft.context.limits
  const unsafe = job.state === 'running' && slot !== RENDER ? reasonNotToRepeat(stepAt(draft.live, slot)) : null
  if (unsafe === null && job.lost < infraRetries) {
    patchJob(draft, slot, { lost, deadlineAt: null })
    const text = `${blame ?? 'The sandbox of this job was lost.'} Restarting from the beginning (restart ${lost} of ${infraRetries}).`
    draft.effects.push({ type: 'remark', job: job.id, text })
    schedule(draft, slot, null, null)
    return
  }
  const errorMessage =
    unsafe === null
      ? [`The sandbox was lost ${lost} times.`, blame].filter(Boolean).join(' ')
      : `${blame ?? 'The sandbox was lost while the command ran.'} The step has ${unsafe} and may already have published or deployed, so it is not retried automatically.`
  draft.effects.push({ type: 'remark', job: job.id, text: errorMessage })
  failJob(draft, slot, { state: 'failed', lost, errorCode: 'sandbox_lost', errorMessage }, { final: unsafe !== null })
}

/** Returns whether the step is never rerun automatically after its command has begun. */
export function runsOnce(step: Step): boolean {
  return reasonNotToRepeat(step) !== null
}

/**
 * Returns the property of a step that suggests side effects outside the sandbox; null if there is
 * none.
 */
function reasonNotToRepeat({ secrets, idTokens, concurrency }: Step): string | null {
  if (Object.keys(secrets).length > 0) return 'secrets'
  if (idTokens !== undefined) return 'identity tokens'
  return concurrency === undefined ? null : 'a concurrency group'
}
