import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync, statSync } from 'node:fs'
import type { SourceTreeRef } from '../sandbox-driver.ts'
import { isMissing } from '../system/missing.ts'
import { type ManifestEntry, readManifest } from './manifest.ts'
import { manifestPath } from './places.ts'

/** Returns whether a tree equals its manifest byte for byte. Reads all of it. */
export function verifyTree(tree: SourceTreeRef): boolean {
  try {
    return readManifest(manifestPath(tree), tree.digest).every((entry) => isWhole(tree, entry))
  } catch (error) {
    if (error instanceof Error && (isMissing(error) || error.message.endsWith('is damaged'))) return false
    throw error
  }
}

function isWhole(tree: SourceTreeRef, entry: ManifestEntry): boolean {
  const place = Buffer.concat([Buffer.from(`${tree.path}/`), Buffer.from(entry.path, 'latin1')])
  if (entry.kind === 'folder') return statSync(place).isDirectory()
  if (entry.kind === 'link') return readlinkSync(place, 'buffer').toString('latin1') === entry.content
  return createHash('sha256').update(readFileSync(place)).digest('hex') === entry.content
}
