import type { Sandbox, SandboxSpec, Snapshot } from '@harmont/sandbox'
import { artifactsOfHit } from '../artifacts/step-artifacts.ts'
import { vanished } from '../core/exit.ts'
import type { Outcome, ServiceSnapshots } from '../core/model.ts'
import type { StepWork } from '../port.ts'
import { shardFiles } from '../splits/shard-files.ts'
import { outputOf, type StepOutput } from '../step-output.ts'
import { type Base, baseSpec, inheritedSecrets, remarkImage, resolveBase } from './base.ts'
import { cachePlaces, findHit, hitSentence, noteLookUp } from './cache-entry.ts'
import { type Started, startCommand } from './follow-command.ts'
import { StepTokens, tokenFiles } from './id-tokens.ts'
import { resolveInputs, withInputs } from './inputs.ts'
import { type JobContext, provisionFailure } from './job-context.ts'
import { provision } from './provision.ts'
import { withRoom } from './retry.ts'
import { type Promised, sandboxId, sandboxNote, stepLimits } from './sandbox-note.ts'
import { maskSecrets, memoOf, refuseForSecrets, type StepSecrets, stepSecrets, uniqueSecrets } from './secrets.ts'
import { type ResolvedService, resolveServices, secretsOfOrigins, serviceSpecs } from './services/resolve-services.ts'
import { ServiceRun } from './services/service-run.ts'

/** The outcome of a step whose command does not run, and the output that the step shows. */
interface Unstarted {
  readonly outcome: Outcome
  readonly output?: StepOutput
}

/** A step whose command has started. */
export interface Ready {
  readonly sandbox: Sandbox
  readonly started: Started
  readonly promised: Promised
  readonly services: ServiceRun
  /** Null when the step requests none. */
  readonly tokens: StepTokens | null
}

/** Returns a sandbox in which the step's command runs, or an outcome without one. */
export async function prepare(context: JobContext, work: StepWork): Promise<Ready | Unstarted> {
  const { lease, log, phases } = context
  phases.begin('fetch')
  try {
    // Secrets are masked first, because the name of an image may contain one.
    const known = await maskSecrets(context, [])
    if (work.step.cacheRemark !== undefined) log.remark(work.step.cacheRemark)
    const base = await withRoom(context, 'prepare its base', () => resolveBase(context, work))
    const shard = await shardFiles(context, work)
    const isIdle = shard?.length === 0
    const inputs = await resolveInputs(context, work)
    const needsServices = !isIdle || work.keptServices.length > 0
    const resolved = needsServices
      ? await withRoom(context, 'prepare its services', () => resolveServices(context, work))
      : []
    const cache = isIdle ? null : await cachePlaces(context, work, base, inputs, resolved, shard)
    const lookedUp = cache ? await findHit(context, work, cache) : undefined
    if (cache && lookedUp) await noteLookUp(context, work, base, cache, lookedUp)
    const hit = lookedUp?.hit
    if (hit) {
      log.remark(hitSentence(hit))
      return await endAsCached(context, work, hit, lookedUp.serviceSnapshots)
    }
    if (lease.stopReason !== null) return { outcome: vanished }
    if ('image' in base) remarkImage(context, base.image)
    const inherited = uniqueSecrets([...inheritedSecrets(base), ...inputs.lineage, ...secretsOfOrigins(resolved)])
    const secrets = await stepSecrets(context, work, known, inherited)
    if (secrets.missing.length > 0) return { outcome: await refuseForSecrets(context, secrets.missing) }
    const promised = {
      cache: cache?.write ?? null,
      lineage: uniqueSecrets([...inherited, ...secrets.given]),
      isIdle,
    }
    const tokens = await StepTokens.open(context, work, secrets.masks)
    const own = stepSpec(context, work, base, secrets, promised)
    const spec = { ...own, ...servicesIn(resolved), inputs: inputs.given }
    const sandbox = await withInputs(inputs, () => provision(context, spec))
    context.hold(sandbox)
    if (lease.stopReason !== null) return { outcome: vanished }
    const services = await ServiceRun.start(context, sandbox)
    const { values } = secrets
    // Tokens are issued last, so that they are as fresh as possible.
    const issued = isIdle ? {} : ((await tokens?.issue()) ?? {})
    if (isIdle) log.remark('its shard of the split has no file, so its command does not run')
    const started = await startCommand(context, sandbox, {
      script: isIdle ? 'true' : work.step.command,
      env: envOf(context, work, { ...values, ...tokenFiles(issued) }),
      ...(shard === null ? {} : { split: shard.map((path) => `${path}\n`).join('') }),
      secrets: { ...values, ...issued },
      ...(spec.secretFiles && { memo: tokens?.memo ?? memoOf({ secrets: secrets.masks, tokens: [] }) }),
    })
    return { sandbox, started, promised, services, tokens }
  } catch (error) {
    return { outcome: await provisionFailure(context, error) }
  }
}

/** Returns the environment of a step's command (`engine.md` 4), with variables of its secrets and tokens. */
function envOf(
  { lease: { job } }: JobContext,
  { step }: StepWork,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { HOME: '/root', ...step.env, ...job.buildEnv, ...given, ...job.injectedEnv }
}

/** Ends a step with the result of a cache hit. */
async function endAsCached(
  context: JobContext,
  work: StepWork,
  hit: Snapshot,
  serviceSnapshots: ServiceSnapshots,
): Promise<Unstarted> {
  const { artifacts, tests, error } = await artifactsOfHit(context, work, hit)
  const output = { ...outputOf(hit.meta.output), artifacts, tests }
  const cached = { kind: 'cached', snapshot: hit.id, serviceSnapshots } as const
  return { outcome: error ? { kind: 'refused', ...error } : cached, output }
}

function servicesIn(resolved: readonly ResolvedService[]): Pick<SandboxSpec, 'services'> {
  return resolved.length === 0 ? {} : { services: serviceSpecs(resolved) }
}

function stepSpec(
  context: JobContext,
  { step }: StepWork,
  base: Base,
  { masks }: StepSecrets,
  promised: Promised,
): SandboxSpec {
  const { lease } = context
  return {
    id: sandboxId(lease.job),
    label: sandboxNote(lease.job, promised),
    base: baseSpec(base),
    share: lease.job.queue,
    ...stepLimits(context, step),
    secretFiles: masks.length > 0 || step.idTokens !== undefined,
  }
}
