import { isScarcity, type Sandbox, type SandboxSpec, untilAffordable } from '@harmont/sandbox'
import type { JobContext } from './job-context.ts'
import { isForWantOfRoom, withRoom } from './retry.ts'
import { type BuildFiles, gitMounts, sourceOfBuild } from './source/source-of-build.ts'

/**
 * Makes a sandbox with the build's source once there is room for both. After a SandboxError, no
 * part of it remains.
 */
export function provision(context: JobContext, spec: SandboxSpec): Promise<Sandbox> {
  context.phases.end('fetch')
  context.phases.begin('sandbox')
  return withRoom(context, 'create the sandbox', () => provisionNow(context, spec))
}

async function provisionNow(context: JobContext, spec: SandboxSpec): Promise<Sandbox> {
  const { driver } = context.options
  // For a fresh image, there is nothing that an empty tree would have to remove.
  const finding = findSource(context, spec)
  if (context.lease.job.sourceKind === 'git' || context.lease.job.sourceKind === 'tree')
    return withSource(context, driver.create(await gitSpec(spec, finding)), finding)
  return withSource(context, driver.create(spec), finding)
}

function findSource(context: JobContext, spec: SandboxSpec): Promise<BuildFiles | null> {
  const find = () => sourceOfBuild(context, 'snapshot' in spec.base)
  return context.lease.job.sourceKind === null ? find() : context.phases.during('source', find)
}

/** The git directory must be known before the sandbox is created. */
async function gitSpec(spec: SandboxSpec, finding: Promise<BuildFiles | null>): Promise<SandboxSpec> {
  return { ...spec, ...gitMounts(await finding) }
}

async function withSource(
  context: JobContext,
  creating: Promise<Sandbox>,
  finding: Promise<BuildFiles | null>,
): Promise<Sandbox> {
  const [files, sandbox] = await Promise.allSettled([finding, creating])
  if (sandbox.status === 'rejected') throw sandbox.reason
  try {
    if (files.status === 'rejected') throw files.reason
    if (files.value !== null) await sandbox.value.syncSource(files.value.tree)
    return sandbox.value
  } catch (error) {
    // A retry needs the name of the sandbox.
    if (isForWantOfRoom(error) || isScarcity(error))
      await untilAffordable(() => sandbox.value.destroy(), context.lease.signal)
    else context.discard(sandbox.value)
    throw error
  }
}
