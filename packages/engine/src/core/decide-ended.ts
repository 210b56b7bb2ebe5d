import { endJob, endStopped, failJob, finish } from './advance.ts'
import { type GeneratorEnd, passGenerator } from './append/pass-generator.ts'
import { joinGroup } from './decide-admission.ts'
import { loseJob, notePhases, startBuild } from './decide-lease.ts'
import { currentJob, type Draft } from './draft.ts'
import { isVanished, readExit } from './exit.ts'
import { deadlineFrom, layOut } from './lay-out.ts'
import { RENDER, type Slot, stepAt } from './live-build.ts'
import type { BuildEvent, NamedLease, Outcome } from './model.ts'
import { quarantinedFailures } from './soft-failure.ts'
import { isNewestLease } from './states.ts'

type Ended = Extract<BuildEvent, { readonly type: 'ended' }>

/**
 * Applies a runner's report of a job's end. A report for a job that was never leased must carry the
 * number of the job's next lease.
 */
export function decideEnded(
  draft: Draft,
  slot: Slot,
  {
    outcome,
    failedTests,
    appends,
    ...lease
  }: Pick<Ended, 'fence' | 'leaseId' | 'outcome' | 'failedTests' | 'appends' | 'phases'>,
): boolean {
  const { fence } = lease
  const job = currentJob(draft, slot)
  if (job.state === 'scheduled' ? fence !== job.fence + 1 : !isNewestLease(job, lease)) return false
  notePhases(draft, slot, lease)
  switch (job.state) {
    case 'canceling':
    case 'timing_out':
      endStopped(draft, slot, outcome.kind === 'exited' ? leftWhenStopped(outcome) : undefined)
      return true
    case 'scheduled':
    case 'assigned':
      return endsUnstarted(draft, slot, { fence, outcome, appends })
    case 'running':
      return endsRunning(draft, slot, { fence, outcome, failedTests, appends })
    default:
      return false
  }
}

/** An exit caused by our own signal has no exit code. */
function leftWhenStopped({ signal, exitCode, snapshot }: Extract<Outcome, { readonly kind: 'exited' }>) {
  return { exitCode: signal === null ? exitCode : null, snapshot }
}

function endsUnstarted(
  draft: Draft,
  slot: Slot,
  { fence, outcome, appends }: Pick<Ended, 'fence' | 'outcome' | 'appends'>,
): boolean {
  const job = currentJob(draft, slot)
  switch (outcome.kind) {
    case 'cached':
      if (slot === RENDER) return false
      startBuild(draft)
      pass(draft, slot, { fence, cached: true, ...kept(outcome) }, appends)
      return true
    case 'refused':
      refuse(draft, slot, fence, outcome)
      return true
    case 'exited':
      if (job.state !== 'assigned' || !isVanished(outcome)) return false
      loseJob(draft, slot, job, outcome.blame)
      return true
  }
}

/**
 * Passes the job of a step. Appends a generator's steps before the steps that wait for it continue.
 */
function pass(draft: Draft, slot: Slot, end: GeneratorEnd, appends: Ended['appends']): void {
  if (stepAt(draft.live, slot).append === undefined) endJob(draft, slot, { ...end, state: 'passed' })
  else passGenerator(draft, slot, end, appends)
}

function kept({ snapshot, serviceSnapshots = {} }: Extract<Outcome, { readonly kind: 'cached' }>) {
  return { snapshot, serviceSnapshots }
}

function refuse(
  draft: Draft,
  slot: Slot,
  fence: number,
  { code, message, buildError }: Extract<Outcome, { readonly kind: 'refused' }>,
): void {
  const end = { state: 'failed', fence, errorCode: code, errorMessage: message } as const
  if (buildError === undefined) {
    failJob(draft, slot, end)
    return
  }
  const { header } = draft
  // Other jobs of the build may report the same error.
  if (header.errorCode === null)
    draft.header = { ...header, errorCode: buildError.code, errorMessage: buildError.message }
  endJob(draft, slot, end)
}

function endsRunning(
  draft: Draft,
  slot: Slot,
  { fence, outcome, failedTests, appends }: Pick<Ended, 'fence' | 'outcome' | 'failedTests' | 'appends'>,
): boolean {
  if (outcome.kind === 'cached') return false
  // A step that runs at most once reports its start before it happens, so a refusal may follow the
  // start.
  if (outcome.kind === 'refused') {
    refuse(draft, slot, fence, outcome)
    return true
  }
  if (isVanished(outcome)) {
    loseJob(draft, slot, currentJob(draft, slot), outcome.blame)
    return true
  }
  const { passed, fields, signal } = readExit(outcome)
  if (slot === RENDER) {
    const errorMessage =
      fields.errorMessage ?? `Rendering exited with code ${fields.exitCode} and produced no pipeline.`
    failJob(draft, slot, { ...fields, state: 'failed', errorMessage })
  } else if (passed) pass(draft, slot, fields, appends)
  else {
    const quarantined = quarantinedFailures(stepAt(draft.live, slot), { ...fields, signal, failedTests })
    failJob(draft, slot, { ...fields, state: 'failed' }, { signal, quarantined })
  }
  return true
}

/** Adds the steps of the rendered pipeline to the build. */
export function decideRendered(draft: Draft, event: Extract<BuildEvent, { readonly type: 'rendered' }>): boolean {
  if (!isRenderReport(draft, event)) return false
  if (currentJob(draft, RENDER).state !== 'running') {
    endStopped(draft, RENDER)
    return true
  }
  finish(draft, RENDER, { state: 'passed', exitCode: 0 })
  const { plan, conditions, group, at } = event
  const { timeoutSeconds } = plan
  const header = joinGroup({ ...draft.header, timeoutSeconds }, group ?? null, draft.header.createdAt)
  draft.header = { ...header, deadlineAt: deadlineFrom(header, at) }
  const { effects, ...rendered } = layOut(draft.header, plan, conditions, draft.context, at)
  draft.rendered = rendered
  draft.effects.push(...effects)
  return true
}

/** Ends the build because rendering produced no pipeline, or one that cannot be run. */
export function decideRenderFailed(
  draft: Draft,
  event: Extract<BuildEvent, { readonly type: 'render_failed' }>,
): boolean {
  if (!isRenderReport(draft, event)) return false
  if (currentJob(draft, RENDER).state !== 'running') {
    endStopped(draft, RENDER)
    return true
  }
  draft.header = { ...draft.header, errorCode: event.code, errorMessage: event.message }
  failJob(draft, RENDER, { state: 'failed', errorMessage: event.message })
  return true
}

function isRenderReport(draft: Draft, lease: NamedLease): boolean {
  const job = currentJob(draft, RENDER)
  const isOpen = job.state === 'running' || job.state === 'canceling' || job.state === 'timing_out'
  return isOpen && isNewestLease(job, lease)
}
