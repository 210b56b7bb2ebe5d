import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isPopulated, killGroup, removeGroups, waitUntilEmpty } from './cgroups.ts'
import { removeEndPlace } from './end-place.ts'
import { type Layout, sandboxFiles } from './layout.ts'
import { removeMemory } from './memory.ts'
import { waitForLinkGone } from './network.ts'
import type { SandboxRecord } from './record.ts'
import type { SandboxContext } from './sandbox-context.ts'

/** Removes what the runtime was told of a command from the disk: the environment may hold secrets, and nobody reads it again. */
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
    if (await isPopulated(groups.top)) {
      await killGroup(groups.top)
      await waitUntilEmpty(groups.top)
    }
    if (record.link !== null) await waitForLinkGone(record.link)
    await removeGroups(groups)
  }
  removeMemory(context.layout, id)
  removeEndPlace(context.layout, id)
  const { crunState, sandboxes } = context.layout
  await Promise.all(
    [join(crunState, id), sandboxFiles(sandboxes, id).directory].map((path) => context.trash.remove(path)),
  )
  context.onDestroyed(record, id)
}
