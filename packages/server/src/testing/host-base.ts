/**
 * Provides images to a test's server with an empty data directory: the host base, and service
 * images.
 */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { importServiceImages } from '@harmont/outside/service-images'
import { linkImages, sharedImages } from '@harmont/outside/shared-images'
import { createImageStore, type ImageStore } from '@harmont/sandbox'

const openShared = () => createImageStore({ directory: sharedImages, fallbackToHost: false, hostAllow: [] })

/**
 * Provides a shared host base to a server as if the server had made it. Making and removing one for
 * each server took a third of the suite, because ext4 is slow to find inodes after many thousands
 * were removed. `npm run demo` and `host-base.root.test.ts` make their own.
 */
export async function showHostBase(dataDirectory: string): Promise<void> {
  // The server of an ordinary user makes its own base, because only it has the required ids.
  if (process.getuid?.() !== 0) return linkImages(join(dataDirectory, 'images'))
  await showRoot(openShared(), 'host', dataDirectory)
}

/**
 * Provides the service images to a server of root as if the server had imported them, which takes
 * 16 seconds of processor time.
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
