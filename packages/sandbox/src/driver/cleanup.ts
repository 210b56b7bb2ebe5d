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
 * Removes the command's configuration and the runtime's copy of it. Its environment may contain
 * secrets, and nobody reads it again.
 */
export function forgetConfig({ sandboxes, crunState }: Layout, id: string): void {
  const { config, largeConfig, largeState } = sandboxFiles(sandboxes, id)
  const copies = [crunState, largeState].map((root) => join(root, id, 'config.json'))
  for (const path of [config, largeConfig, ...copies]) rmSync(path, { force: true })
}

/**
 * Removes everything that a sandbox may have left, whenever it was interrupted. Its memory is
 * removed last: the next start clears what is left.
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
      // With its services, whose groups are below, except an ordinary user's.
      await endGroup(groups.top)
    }
    await Promise.all((record.services ?? []).map((service) => cleanUpService(context, service)))
    if (record.link !== null) await waitForLinkGone(record.link)
    await context.unbind(record)
    if (record.egress?.report === id) forgetNames(context.layout, record.egress)
    await removeGroups(groups)
  }
  // The directory's name is gone before the memory is.
  const removed = context.trash.remove(sandboxFiles(context.layout.sandboxes, id).directory)
  await Promise.all([removed, forgetInMemory(context.layout, id)])
  context.onDestroyed(record, id)
}

/** The record of a service is written after its sandbox's, and removed before. */
async function cleanUpService(context: SandboxContext, id: string): Promise<void> {
  const files = sandboxFiles(context.layout.sandboxes, id)
  const record = readRecord(files.record)
  if (record !== undefined || existsSync(files.directory)) await cleanUpSandbox(context, record, id)
}

async function forgetInMemory(layout: Layout, id: string): Promise<void> {
  removeMemory(layout, id)
  removeStateDirectory(layout, id)
}
