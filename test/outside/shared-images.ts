/**
 * Images for all tests of this user: the base `host` takes seconds to make, for an ordinary user a
 * minute.
 */
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'

/** Belongs to this user, who may have no name. Others may not enter it. */
export const sharedImages = `/var/tmp/harmont-test-images-${process.getuid?.()}`

/** Links them into an empty place that a server or `hm` uses as its directory of images. */
export function linkImages(place: string): void {
  mkdirSync(sharedImages, { recursive: true, mode: 0o700 })
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(sharedImages, place)
}
