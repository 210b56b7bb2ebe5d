import type { Sandbox, SandboxSpec } from '@harmont/sandbox'
import type { JobContext } from './job-context.ts'
import { sourceTree } from './source-tree.ts'

/** Makes a sandbox with the build's source in it. Fails with a SandboxError, and then nothing is left of it. */
export async function provision(context: JobContext, spec: SandboxSpec): Promise<Sandbox> {
  const { driver } = context.options
  // A fresh image has no source that an empty tree would have to clear away.
  const [tree, sandbox] = await Promise.allSettled([sourceTree(context, 'snapshot' in spec.base), driver.create(spec)])
  if (sandbox.status === 'rejected') throw sandbox.reason
  try {
    if (tree.status === 'rejected') throw tree.reason
    if (tree.value !== null) await sandbox.value.syncSource(tree.value)
    return sandbox.value
  } catch (error) {
    context.discard(sandbox.value)
    throw error
  }
}
