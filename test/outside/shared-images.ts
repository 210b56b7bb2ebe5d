/** The images that all tests of this user start from: the base `host` takes seconds to make, and an ordinary user's a minute. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'

/** Of this user, who may have no name: others may not go into it. */
export const sharedImages = `/var/tmp/harmont-test-images-${process.getuid?.()}`

/** Shows them at a place where nothing is yet: what a server or `hm` takes for its own directory of images. */
export function linkImages(place: string): void {
  mkdirSync(sharedImages, { recursive: true, mode: 0o700 })
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(sharedImages, place)
}
