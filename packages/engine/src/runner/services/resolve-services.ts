/**
 * Resolves the images and files from which the services of a step start, and their part of the
 * lookup key.
 */
import { createHash } from 'node:crypto'
import { compareText, type PlannedService } from '@harmont/ir'
import { type ResolvedImage, SandboxError, type SecretRef, type ServiceSpec, type Snapshot } from '@harmont/sandbox'
import type { StepWork } from '../../port.ts'
import { resolveImage } from '../base.ts'
import type { JobContext } from '../job-context.ts'
import { snapshotHere } from '../layers/snapshot-here.ts'
import { maySee } from '../secrets.ts'

/** A service with its resolved image and files. */
export interface ResolvedService {
  readonly planned: PlannedService
  readonly image: ResolvedImage
  /** Files that replace those of the service's image. */
  readonly origin: Snapshot | null
}

/**
 * Resolves a step's services one after the other, because a pull reports its progress in the log.
 */
export async function resolveServices(context: JobContext, work: StepWork): Promise<readonly ResolvedService[]> {
  const resolved: ResolvedService[] = []
  for (const planned of work.step.services ?? []) {
    const image = await resolveImage(context, planned.image, context.lease.job.queue)
    if (image.fallbackFrom !== undefined)
      throw new SandboxError(
        'image_unavailable',
        `The image ${planned.image} of the service ${planned.name} is not available, and \`host\` cannot replace it for a service.`,
      )
    resolved.push({ planned, image, origin: await originOf(context, work, planned) })
  }
  return resolved
}

async function originOf(
  context: JobContext,
  { serviceSnapshots }: StepWork,
  { name, from }: PlannedService,
): Promise<Snapshot | null> {
  if (from === null) return null
  const id = serviceSnapshots[name] ?? null
  const origin = id === null ? undefined : await snapshotHere(context, id)
  if (origin === undefined)
    throw new SandboxError(
      'snapshot_unavailable',
      `The files that the service ${name} starts from (${id ?? 'none were kept'}) no longer exist. Rebuild to make them again.`,
    )
  if (await maySee(context, origin)) return origin
  throw new SandboxError(
    'snapshot_unavailable',
    `The files that the service ${name} starts from were made with secrets that this build no longer has. Rebuild to make them again.`,
  )
}

/** Returns the secret lineage of the files that services start from. */
export function secretsOfOrigins(services: readonly ResolvedService[]): readonly SecretRef[] {
  return services.flatMap(({ origin }) => origin?.meta.secretLineage ?? [])
}

/**
 * Returns a digest of each service's definition for the lookup key. Returns undefined when an
 * ancestor of a service's files is gone, because the key then cannot be computed.
 */
export async function serviceDigests(
  context: JobContext,
  services: readonly ResolvedService[],
): Promise<readonly string[] | undefined> {
  const digests: string[] = []
  for (const { planned, image, origin } of services) {
    const files = origin === null ? null : await context.lineage.of(origin)
    if (files === undefined) return undefined
    const { name, env, command, ready, needs, stop, localhost, egress } = planned
    const variables = Object.entries(env).sort(([a], [b]) => compareText(a, b))
    const parts = [name, image.digest, files, variables, command, ready, needs, stop, localhost, egress]
    digests.push(createHash('sha256').update(JSON.stringify(parts)).digest('hex'))
  }
  return digests
}

/** Returns the specs of services for the driver. */
export function serviceSpecs(services: readonly ResolvedService[]): readonly ServiceSpec[] {
  return services.map(({ planned: { image: _, from: __, ...planned }, image, origin }) => ({
    ...planned,
    base: origin === null ? { image } : { snapshot: origin.id },
  }))
}
