import path from 'node:path'
import type { SourceTreeRef } from '../sandbox-driver.ts'

/** Layout of the store: `trees/HEX`, `manifests/HEX`, `archives/SHA256.json`. */
export function treePath(directory: string, digest: string): string {
  return path.join(directory, 'trees', hexOf(digest))
}

/** Returns the path of a tree's manifest, which outlives the tree. */
export function manifestPath(tree: SourceTreeRef): string {
  return path.join(tree.path, '..', '..', 'manifests', hexOf(tree.digest))
}

function hexOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1]
  if (hex === undefined) throw new Error(`not the digest of a source tree: ${digest}`)
  return hex
}
