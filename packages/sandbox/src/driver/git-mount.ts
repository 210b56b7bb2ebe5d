import { execFile } from 'node:child_process'
import { chown, lstat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { firstId } from '../layout/layout.ts'
import { footing } from '../privilege/privilege-mode.ts'
import { SandboxError } from '../sandbox-driver.ts'
import { OpenFolder } from '../source/open-folder.ts'
import { isAbsent } from '../system/files.ts'

const run = promisify(execFile)

/** Where a sandbox sees the git directory of its source. */
export const gitTarget = '/workspace/.git'
const name = '.git'

const nobodysContent = (id: number) => ({ tree: '', owner: { uid: id, gid: id }, now: 0 })

/**
 * Gives a git directory to root of sandboxes where no mount can show it so: git works with no other's. This process may go on working with it all the same.
 */
export async function ownGitDirectory(directory: string): Promise<void> {
  if (footing.kind !== 'mapped' || (await lstat(directory)).uid === firstId) return
  // Its own last: what a killed process left half done is done again.
  const owner = `${firstId}:${firstId}`
  await run('find', [directory, '-mindepth', '1', '-exec', 'chown', '--no-dereference', owner, '{}', '+'])
  await chown(directory, firstId, firstId)
}

/** Makes the folder that the git directory is mounted on, whatever a step has left there. The workspace is as the sandbox sees it, and not trusted. */
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
 * Removes that folder from what a sandbox has written: nobody inside could put anything into it, nor remove it, while it was mounted on. Repeatable.
 * @param upper all that the sandbox wrote; its links lead anywhere and are not followed.
 */
export function removeGitMountPoint(upper: string): void {
  let root: OpenFolder | undefined
  let workspace: OpenFolder | undefined
  try {
    root = OpenFolder.root(upper, nobodysContent(firstId))
    // The sandbox may have moved it, or put another thing there.
    if (root.look('workspace')?.isDirectory() !== true) return
    workspace = root.enter('workspace')
    if (workspace.look(name)?.isDirectory() === true) workspace.removeIfEmpty(name)
  } catch (error) {
    // Frozen already.
    if (!isAbsent(error)) throw error
  } finally {
    workspace?.close()
    root?.close()
  }
}
