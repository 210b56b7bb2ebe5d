import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { killGroup, removeGroups, waitUntilEmpty } from './cgroups.ts'
import { isAbsent, removeTree } from './files.ts'
import { type Layout, sandboxFiles } from './layout.ts'
import { removeMemory } from './memory.ts'
import { waitForLinkGone } from './network.ts'
import type { SandboxRecord } from './record.ts'
import type { SandboxContext } from './sandbox-context.ts'

/** Removes what the runtime was told of a command: the environment may hold secrets, and nobody reads it again. */
export function forgetConfig({ sandboxes, crunState }: Layout, id: string): void {
  rmSync(sandboxFiles(sandboxes, id).config, { force: true })
  rmSync(join(crunState, id, 'config.json'), { force: true })
}

/** Removes all that a sandbox may have left, at whatever point it was interrupted. The record goes last. */
export async function destroyRemains(
  context: SandboxContext,
  record: SandboxRecord | undefined,
  id: string,
): Promise<void> {
  if (record === undefined) await context.clearLost()
  else {
    const { groups } = record
    await killGroup(groups.top)
    await waitUntilEmpty(groups.top)
    if (record.link !== null) await waitForLinkGone(record.link)
    await removeGroups(groups)
  }
  rmSync(join(context.layout.crunState, id), { recursive: true, force: true })
  removeMemory(context.layout, id)
  try {
    await removeTree(sandboxFiles(context.layout.sandboxes, id).directory, context.layout.trash, [
      'upper',
      'snapshot/layer',
    ])
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
  context.onDestroyed(record, id)
}
