/** Images for a test's server with an empty data directory: the base `host`, and services. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { importServiceImages } from '@harmont/outside/service-images'
import { linkImages, sharedImages } from '@harmont/outside/shared-images'
import { createImageStore, type ImageStore } from '@harmont/sandbox'

const openShared = () => createImageStore({ directory: sharedImages, fallbackToHost: false, hostAllow: [] })

/**
 * Shows a server this machine's base as if it had made it. To make and remove one for each server
 * took a third of the suite, because ext4 is slow to find inodes after many thousands were removed.
 * `npm run demo` and `host-base.root.test.ts` make their own.
 */
export async function showHostBase(dataDirectory: string): Promise<void> {
  // The server of an ordinary user makes its own, because it has the ids for it.
  if (process.getuid?.() !== 0) return linkImages(join(dataDirectory, 'images'))
  await showRoot(openShared(), 'host', dataDirectory)
}

/**
 * Shows a server of root the images of services as if it had imported them, which takes 16 seconds
 * of the processor.
 */
export async function showServiceImages(dataDirectory: string): Promise<void> {
  const images = openShared()
  await importServiceImages(images)
  for (const { name } of await images.list()) await showRoot(images, name, dataDirectory)
  cpSync(join(sharedImages, 'names'), join(dataDirectory, 'images', 'names'), { recursive: true })
}

async function showRoot(images: ImageStore, name: string, dataDirectory: string): Promise<void> {
  const root = dirname((await images.resolve(name)).rootfs)
  const place = join(dataDirectory, 'images', relative(sharedImages, root))
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 })
  symlinkSync(root, place)
}
