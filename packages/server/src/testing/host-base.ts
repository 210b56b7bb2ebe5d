/** The base `host`, for a server of a test that has just an empty data directory. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { linkImages, sharedImages } from '@harmont/outside/shared-images'
import { createImageStore } from '@harmont/sandbox'

/**
 * Shows a server this machine's base as one that it made before. To make it and to remove it again for each server took a third of the suite: ext4
 * searches long for inodes while many thousands were removed a moment ago. `npm run demo` and `host-base.root.test.ts` make their own.
 */
export async function showHostBase(dataDirectory: string): Promise<void> {
  // An ordinary user's is made by the server, which has the ids for it.
  if (process.getuid?.() !== 0) return linkImages(join(dataDirectory, 'images'))
  const images = createImageStore({ directory: sharedImages, fallbackToHost: false, hostAllow: [] })
  const root = dirname((await images.resolve('host')).rootfs)
  const place = join(dataDirectory, 'images', relative(sharedImages, root))
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 })
  symlinkSync(root, place)
}
