import { type ResolvedImage, SandboxError, type SandboxSpec, type Snapshot } from '@harmont/sandbox'
import type { LeasedJob } from '../port.ts'
import type { JobContext } from './job-context.ts'

export type StepWork = Extract<LeasedJob['work'], { readonly kind: 'step' }>

/** What a step starts from. */
export type Base = { readonly image: ResolvedImage } | { readonly parent: Snapshot }

/** Resolves what a step starts from, and says in its log when that is not what it asked for. Fails with a SandboxError. */
export async function resolveBase(context: JobContext, { step, parentSnapshot }: StepWork): Promise<Base> {
  if (step.image !== null) return { image: await resolveImage(context, step.image) }
  const { driver } = context.options
  const parent = parentSnapshot === null ? undefined : await driver.snapshots.get(parentSnapshot)
  if (parent === undefined)
    throw new SandboxError(
      'snapshot_unavailable',
      `The file system that this step builds in (${parentSnapshot ?? 'none was kept'}) is no longer there. Run the build again.`,
    )
  return { parent }
}

/** Resolves an image and says in the log when this machine stands in for it. */
export async function resolveImage(context: JobContext, name: string): Promise<ResolvedImage> {
  const image = await context.options.driver.resolveImage(name)
  context.inHand.images.use(image.digest)
  if (image.fallbackFrom !== undefined)
    context.log.remark(`image ${image.fallbackFrom} is not available; running on this machine's own base (host)`)
  return image
}

/** The base as the driver wants it. */
export function baseSpec(base: Base): SandboxSpec['base'] {
  return 'image' in base ? base : { snapshot: base.parent.id }
}
