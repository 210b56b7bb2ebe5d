import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { endGroup, removeGroup, removeGroupTree, slotsBelow } from '../cgroups/cgroups.ts'
import type { CgroupHome } from '../cgroups/home.ts'
import type { Layout } from '../layout/layout.ts'
import { hasCode, readIfPresent, writeAtomically } from '../system/files.ts'
import { removeTree } from '../system/staging.ts'

/**
 * Removes temporary directories and pipes of earlier processes, including those with this process's
 * id: the first process of a container always has the same id. Call it before this process makes
 * its own.
 */
export async function removeTemporaryFiles(layout: Layout): Promise<void> {
  // A killed process may have left a step's files, which may be nested too deep for Node.js.
  for (const name of await readdir(layout.trash)) await removeTree(join(layout.trash, name))
  for (const name of existsSync(layout.launchers) ? await readdir(layout.launchers) : [])
    if (!isAlive(Number(/\d+/.exec(name)?.[0]), 'earlier')) await rm(join(layout.launchers, name), { force: true })
}

/**
 * Kills and removes the control groups of dead processes that belong to no sandbox: those of spare
 * launchers, and of sandboxes whose record is lost. The reaper removes other sandboxes.
 * @param slots names of the groups of sandboxes.
 * @param own the owner of groups named with this process's id: this process, or an earlier one.
 */
export async function removeOrphanedGroups(
  layout: Layout,
  home: CgroupHome,
  slots: ReadonlySet<string>,
  own: 'mine' | 'earlier',
): Promise<void> {
  for (const base of await rememberHome(layout, home)) {
    const root = join(base, `harmont-${layout.tag}`)
    for (const slot of slotsBelow(base, layout.tag)) {
      if (slots.has(slot) || isAlive(Number(slot.split('-')[0]), own)) continue
      const group = join(root, slot)
      await endGroup(group)
      await removeGroupTree(group)
    }
  }
}

/**
 * Returns every home in which this directory ever had groups. A server that is started in
 * another control group uses another home.
 */
async function rememberHome(layout: Layout, home: CgroupHome): Promise<readonly string[]> {
  const kept = (JSON.parse(readIfPresent(layout.cgroupRoots) ?? '[]') as readonly string[]).filter(
    (path) => typeof path === 'string',
  )
  const all = [...new Set([...kept, home.unified, home.memory, home.pids, home.cpu])]
  if (all.length > kept.length) writeAtomically(layout.cgroupRoots, JSON.stringify(all))
  return all
}

/** Removes the directory's empty root groups. Keeps groups that are still in use. */
export async function removeRoots(layout: Layout): Promise<void> {
  for (const base of JSON.parse(readIfPresent(layout.cgroupRoots) ?? '[]') as readonly string[]) {
    try {
      await removeGroup(join(base, `harmont-${layout.tag}`), 0)
    } catch (error) {
      if (!hasCode(error, 'EBUSY') && !hasCode(error, 'ENOTEMPTY')) throw error
    }
  }
}

function isAlive(pid: number, own: 'mine' | 'earlier'): boolean {
  if (!Number.isInteger(pid) || (pid === process.pid && own === 'earlier')) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !hasCode(error, 'ESRCH')
  }
}
