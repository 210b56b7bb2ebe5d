import { chmod, chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { firstId } from '../privilege/id-ranges.ts'
import { isAbsent } from '../system/files.ts'
import type { Layout } from './layout.ts'

/** Always the same, because the result of a step must not depend on its sandbox. */
export const hostname = 'harmont'

/** The lines of /etc/hosts that every sandbox has. */
export const ownHosts = `127.0.0.1 localhost ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n`

/**
 * Makes the layer between the image and the first step. It contains the runtime's mount points, so
 * that they are never created in a step's own layer, and files that every step may rely on.
 */
export async function makeSkeleton(layout: Layout): Promise<void> {
  try {
    await stat(layout.skeleton)
    return
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
  const staging = join(layout.trash, `skeleton-${process.pid}`)
  await rm(staging, { recursive: true, force: true })
  const directory = async (path: string, mode: number): Promise<void> => {
    await mkdir(join(staging, path))
    await chmod(join(staging, path), mode)
    await chown(join(staging, path), firstId, firstId)
  }
  const file = async (path: string, content: string): Promise<void> => {
    await writeFile(join(staging, path), content)
    await chmod(join(staging, path), 0o644)
    await chown(join(staging, path), firstId, firstId)
  }
  await directory('', 0o755)
  for (const path of ['dev', 'etc', 'proc', 'run', 'run/secrets', 'sys', 'workspace']) await directory(path, 0o755)
  await directory('root', 0o700)
  await directory('tmp', 0o1777)
  await file('etc/resolv.conf', '')
  await file('etc/hosts', ownHosts)
  await file('etc/hostname', `${hostname}\n`)
  try {
    await rename(staging, layout.skeleton)
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (!(await stat(layout.skeleton)).isDirectory()) throw error // Another process has made it first.
  }
}
