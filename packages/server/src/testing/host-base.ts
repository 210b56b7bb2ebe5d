/** The base `host`, for a test's server with an empty data directory. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { linkImages, sharedImages } from '@harmont/outside/shared-images'
import { createImageStore } from '@harmont/sandbox'

/**
 * Shows a server this machine's base as if it had made it. To make and remove one for each server
 * took a third of the suite, because ext4 is slow to find inodes after many thousands were removed.
 * `npm run demo` and `host-base.root.test.ts` make their own.
 */
export async function showHostBase(dataDirectory: string): Promise<void> {
  // The server of an ordinary user makes its own, because it has the ids for it.
  if (process.getuid?.() !== 0) return linkImages(join(dataDirectory, 'images'))
  const images = createImageStore({ directory: sharedImages, fallbackToHost: false, hostAllow: [] })
  const root = dirname((await images.resolve('host')).rootfs)
  const place = join(dataDirectory, 'images', relative(sharedImages, root))
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 })
  symlinkSync(root, place)
}
