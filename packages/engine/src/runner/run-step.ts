import type { Exit, Sandbox, SandboxSpec } from '@harmont/sandbox'
import { vanished } from '../core/exit.ts'
import type { Outcome } from '../core/model.ts'
import { type Base, baseSpec, baseTaint, remarkImage, resolveBase, type StepWork } from './base.ts'
import { cachePlaces, findHit, hitSentence } from './cache-entry.ts'
import { followCommand, type Started, startCommand } from './follow-command.ts'
import { asOutcome, finish, type JobContext, provisionFailure } from './job-context.ts'
import { keepResult } from './keep-result.ts'
import { refuseForSecrets } from './missing-secrets.ts'
import { noteLookUp } from './note-look-up.ts'
import { provision } from './provision.ts'
import { type Promised, sandboxId, sandboxNote } from './sandbox-note.ts'
import { joinTaint, maskSecrets, type StepSecrets, stepSecrets } from './secrets.ts'
import { stepLimits } from './step-limits.ts'
import { withRoom } from './with-room.ts'

const outputLost = 'The disk of the machine was full, so part of the output of the command is lost.'

/** Takes a leased step from its base to its end. */
export async function runStep(context: JobContext, work: StepWork): Promise<void> {
  const ready = await prepare(context, work)
  if (!('sandbox' in ready)) return finish(context, ready)
  await endStep(context, work, ready.sandbox, ready.started, ready.promised)
}

/** Follows a step's command to its end and reports that; then its sandbox goes. */
export async function endStep(
  context: JobContext,
  work: StepWork,
  sandbox: Sandbox,
  started: Started,
  promised: Promised,
): Promise<void> {
  const exit = await followCommand(context, started)
  if (isOutputLost(context, started, exit) && context.lease.stopReason === null)
    return finish(context, { ...vanished, blame: outputLost }, exit.endedAt)
  const blame = await blameFor(context, started, exit)
  const kept = await keepResult(context, work, sandbox, exit, promised)
  await finish(context, { ...asOutcome(exit), ...kept, ...blame }, exit.endedAt)
}

function isOutputLost({ options: { disk } }: JobContext, { running }: Started, { output }: Exit): boolean {
  return output === 'lost' || (output === 'unsure' && disk.wasExhaustedSince(running.startedAt))
}

/** Something that a full disk of the machine may have done to the command, as its author cannot see. */
async function blameFor(
  { options: { disk }, log }: JobContext,
  { running }: Started,
  { code, limit }: Exit,
): Promise<{ readonly blame?: string }> {
  if (code === 0 || limit !== null) return {}
  await disk.look()
  if (!disk.wasExhaustedSince(running.startedAt)) return {}
  const blame = 'The disk of the machine filled up while the command ran.'
  log.remark(blame)
  return { blame }
}

interface Ready {
  readonly sandbox: Sandbox
  readonly started: Started
  readonly promised: Promised
}

/** A sandbox with the step's command running in it, or the end that the step comes to without one. */
async function prepare(context: JobContext, work: StepWork): Promise<Ready | Outcome> {
  const { lease, log } = context
  const { job } = lease
  try {
    // Before anything is said: an image's name may have one in it.
    const known = await maskSecrets(context, [])
    if (work.step.cacheRemark !== undefined) log.remark(work.step.cacheRemark)
    const base = await withRoom(context, 'prepare its base', () => resolveBase(context, work))
    const cache = await cachePlaces(context, work, base)
    const lookedUp = cache ? await findHit(context, cache) : undefined
    if (cache && lookedUp) await noteLookUp(context, work, base, cache, lookedUp)
    const hit = lookedUp?.hit
    if (hit) {
      log.remark(hitSentence(hit))
      return { kind: 'cached', snapshot: hit.id }
    }
    if (lease.stopReason !== null) return vanished
    if ('image' in base) remarkImage(context, base.image)
    const secrets = await stepSecrets(context, work, known, baseTaint(base))
    if (secrets.missing.length > 0) return await refuseForSecrets(context, secrets.missing)
    const promised = { cache: cache?.write ?? null, taint: joinTaint([...baseTaint(base), ...secrets.given]) }
    const sandbox = await provision(context, stepSpec(context, work, base, secrets, promised))
    context.hold(sandbox)
    if (lease.stopReason !== null) return vanished
    const { values } = secrets
    const env = { HOME: '/root', ...work.step.env, ...job.buildEnv, ...values, ...job.injectedEnv }
    const started = await startCommand(context, sandbox, {
      script: work.step.command,
      env,
      secrets: values,
      memo: secrets.memo,
    })
    return { sandbox, started, promised }
  } catch (error) {
    return await provisionFailure(context, error)
  }
}

function stepSpec(
  context: JobContext,
  { step }: StepWork,
  base: Base,
  { memo }: StepSecrets,
  promised: Promised,
): SandboxSpec {
  const { lease } = context
  return {
    id: sandboxId(lease.job),
    label: sandboxNote(lease.job, promised),
    base: baseSpec(base),
    ...stepLimits(context, step),
    secretFiles: memo !== '',
  }
}
