import type { SourceTreeRef } from '../driver.ts'
import { readManifest } from './manifest.ts'
import { manifestPath } from './places.ts'

/** What a tree has under each path, but for folders: `file`, `executable` or `link` with the SHA-256 of the file or the link's target. Throws when it is gone. */
export function treeFiles(tree: SourceTreeRef): ReadonlyMap<string, string> {
  const entries = readManifest(manifestPath(tree), tree.digest).filter(({ kind }) => kind !== 'folder')
  return new Map(
    entries.map(({ path, kind, content }) => [Buffer.from(path, 'latin1').toString('utf8'), `${kind}:${content}`]),
  )
}
