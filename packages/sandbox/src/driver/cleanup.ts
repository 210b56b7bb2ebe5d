import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { endGroup, isPopulated, removeGroups } from '../cgroups/cgroups.ts'
import { type Layout, sandboxFiles } from '../layout/layout.ts'
import { removeMemory } from '../layout/memory.ts'
import { removeStateDirectory } from '../layout/state-directory.ts'
import { forgetNames } from '../network/guard/bound.ts'
import { waitForLinkGone } from '../network/links.ts'
import { readRecord, type SandboxRecord } from './record.ts'
import type { SandboxContext } from './sandbox-context.ts'

/**
 * Removes the command's configuration and the runtime's copy of it. The configuration's environment
 * may contain secrets, and it is not read again.
 */
export function forgetConfig({ sandboxes, crunState }: Layout, id: string): void {
  const { config, largeConfig, largeState } = sandboxFiles(sandboxes, id)
  const copies = [crunState, largeState].map((root) => join(root, id, 'config.json'))
  for (const path of [config, largeConfig, ...copies]) rmSync(path, { force: true })
}

/**
 * Removes everything that a sandbox may have left, no matter when it was interrupted. Its in-memory
 * files are removed last; the next start clears remaining ones.
 */
export async function cleanUpSandbox(
  context: SandboxContext,
  record: SandboxRecord | undefined,
  id: string,
): Promise<void> {
  if (record === undefined) await context.clearLost()
  else {
    const { groups } = record
    if (await isPopulated(groups.top)) {
      // Includes its services, whose groups are below, except those of an ordinary user.
      await endGroup(groups.top)
    }
    await Promise.all((record.services ?? []).map((service) => cleanUpService(context, service)))
    if (record.link !== null) await waitForLinkGone(record.link)
    await context.unbind(record)
    if (record.egress?.report === id) forgetNames(context.layout, record.egress)
    await removeGroups(groups)
  }
  // `remove` renames the directory before the in-memory files are removed.
  const removed = context.trash.remove(sandboxFiles(context.layout.sandboxes, id).directory)
  await Promise.all([removed, forgetInMemory(context.layout, id)])
  context.onDestroyed(record, id)
}

/**
 * Removes a service's sandbox. A service's record is written after its sandbox's and removed before
 * it.
 */
async function cleanUpService(context: SandboxContext, id: string): Promise<void> {
  const files = sandboxFiles(context.layout.sandboxes, id)
  const record = readRecord(files.record)
  if (record !== undefined || existsSync(files.directory)) await cleanUpSandbox(context, record, id)
}

async function forgetInMemory(layout: Layout, id: string): Promise<void> {
  removeMemory(layout, id)
  removeStateDirectory(layout, id)
}
