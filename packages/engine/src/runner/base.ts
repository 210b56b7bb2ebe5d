import {
  type FindLogin,
  now,
  type ResolvedImage,
  SandboxError,
  type SandboxSpec,
  type SecretRef,
  type Snapshot,
} from '@harmont/sandbox'
import type { StepWork } from '../port.ts'
import type { JobContext } from './job-context.ts'
import { snapshotHere } from './layers/snapshot-here.ts'
import { persist } from './retry.ts'
import { maySee } from './secrets.ts'

/** The start of a step: an image or its parent's snapshot. */
export type Base = { readonly image: ResolvedImage } | { readonly parent: Snapshot }

/**
 * Resolves the image or snapshot from which a step starts. Throws a SandboxError, and all errors of
 * `resolveImage`.
 */
export async function resolveBase(context: JobContext, { step, parentSnapshot }: StepWork): Promise<Base> {
  if (step.image !== null) return { image: await resolveImage(context, step.image, context.lease.job.queue) }
  const parent = parentSnapshot === null ? undefined : await snapshotHere(context, parentSnapshot)
  if (parent === undefined)
    throw new SandboxError(
      'snapshot_unavailable',
      `The snapshot that this step builds in (${parentSnapshot ?? 'none was kept'}) no longer exists. Rebuild to make it again.`,
    )
  if (!(await maySee(context, parent)))
    throw new SandboxError(
      'snapshot_unavailable',
      'The snapshot that this step builds in was made with secrets that this build no longer has. Rebuild to make it again.',
    )
  return { parent }
}

/**
 * Resolves an image and reports progress, such as a pull, in the job's log. Throws `StopAsked` or
 * the signal's reason if the job must end before that; the pull then continues for the next job.
 * `owner` is charged for the image.
 */
export async function resolveImage(context: JobContext, name: string, owner?: string): Promise<ResolvedImage> {
  const { options, lease, log, inHand, report } = context
  const tell = (sentence: string) => {
    if (lease.stopReason === null && !lease.signal.aborted) log.remark(sentence)
  }
  const findLogin = owner === undefined ? undefined : findLoginOf(context)
  const image = await lease.whileWanted(() => options.driver.resolveImage(name, tell, owner, findLogin))
  inHand.images.use(image.digest)
  const { fallbackFrom } = image
  if (fallbackFrom !== undefined) await report(() => options.port.substituted(lease.job, new Date(now()), fallbackFrom))
  return image
}

/** Returns a function that finds the login for pulling the images of a job's build. */
export function findLoginOf({ options, settings, lease }: JobContext): FindLogin {
  return (registry) =>
    persist(() => options.port.registryLogin(lease.job, registry), {
      signal: lease.signal,
      giveUpMs: settings.giveUpMs,
      onFailure: (error) => options.log('warn', `job ${lease.job.jobId}: could not fetch a registry's login`, error),
    })
}

/** Logs the image that a command runs on, and the limitations of this machine. */
export function remarkImage({ log, options }: JobContext, { name, digest, fallbackFrom }: ResolvedImage): void {
  const used = fallbackFrom === undefined ? name : `host instead of ${fallbackFrom}`
  log.remark(`image ${used} (${digest.slice(0, 'sha256:'.length + 12)})`)
  for (const sentence of options.driver.shortcomings ?? []) log.remark(sentence)
}

/** Returns the secret lineage of the base. */
export function inheritedSecrets(base: Base): readonly SecretRef[] {
  return 'image' in base ? [] : (base.parent.meta.secretLineage ?? [])
}

/** Returns the base in the format of the driver. */
export function baseSpec(base: Base): SandboxSpec['base'] {
  return 'image' in base ? base : { snapshot: base.parent.id }
}
