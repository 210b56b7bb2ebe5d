import { chown, lstat } from 'node:fs/promises'
import { firstId } from '../privilege/id-ranges.ts'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { SandboxError } from '../sandbox-driver.ts'
import { OpenFolder } from '../source/open-folder.ts'
import { isAbsent } from '../system/files.ts'
import { run } from '../system/processes.ts'
import type { SandboxRecord } from './record.ts'

/** The path of the source's git directory in a sandbox. */
export const gitTarget = '/workspace/.git'
const name = '.git'

const nobodysContent = (id: number) => ({ tree: '', owner: { uid: id, gid: id }, now: 0 })

/**
 * Makes the sandboxes' root own a git directory that cannot be mounted with mapped ids: git refuses
 * repositories of other owners. This process can still use it.
 */
export async function ownGitDirectory(directory: string): Promise<void> {
  if (privilegeMode.kind !== 'mapped' || (await lstat(directory)).uid === firstId) return
  // Changes the directory itself last, so that an interrupted change is repeated.
  const owner = `${firstId}:${firstId}`
  await run('find', [directory, '-mindepth', '1', '-exec', 'chown', '--no-dereference', owner, '{}', '+'])
  await chown(directory, firstId, firstId)
}

/** Returns whether a git directory is mounted in a sandbox. */
export function hasGitMount({ readOnlyMounts }: Pick<SandboxRecord, 'readOnlyMounts'>): boolean {
  return readOnlyMounts.some(({ target }) => target === gitTarget)
}

/**
 * Makes the directory on which the git directory is mounted, replacing anything that a step left
 * there. The workspace is untrusted.
 */
export function makeGitMountPoint(workspace: string, rootId: number): void {
  try {
    const folder = OpenFolder.root(workspace, nobodysContent(rootId))
    try {
      const found = folder.look(name)
      if (found?.isDirectory() === true) return
      folder.remove(name, found)
      folder.makeFolder(name)
    } finally {
      folder.close()
    }
  } catch (cause) {
    throw new SandboxError('provision_failed', `cannot mount the git directory in /workspace: ${cause}`, {
      cause,
    })
  }
}

/**
 * Removes the mount point from the files that a sandbox wrote. It is empty, because the git
 * directory was mounted over it. Idempotent.
 * @param upper the sandbox's upper directory. Its links are not followed.
 */
export function removeGitMountPoint(upper: string): void {
  let root: OpenFolder | undefined
  let workspace: OpenFolder | undefined
  try {
    root = OpenFolder.root(upper, nobodysContent(firstId))
    // The sandbox may have moved or replaced it.
    if (root.look('workspace')?.isDirectory() !== true) return
    workspace = root.enter('workspace')
    if (workspace.look(name)?.isDirectory() === true) workspace.removeIfEmpty(name)
  } catch (error) {
    // Already frozen.
    if (!isAbsent(error)) throw error
  } finally {
    workspace?.close()
    root?.close()
  }
}
