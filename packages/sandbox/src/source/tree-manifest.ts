import { SandboxError, type SourceTreeRef } from '../sandbox-driver.ts'
import { type ManifestEntry, readManifest } from './manifest.ts'
import { manifestPath } from './places.ts'

/**
 * Returns a tree's entries. Fails with SandboxError `provision_failed` if its manifest is gone or
 * damaged.
 */
export function treeManifest(tree: SourceTreeRef): readonly ManifestEntry[] {
  try {
    return readManifest(manifestPath(tree), tree.digest)
  } catch (cause) {
    const message = `Cannot read the manifest of the source tree ${tree.digest}: ${cause}`
    throw new SandboxError('provision_failed', message, { cause })
  }
}
