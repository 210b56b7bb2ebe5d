import { isUtf8 } from 'node:buffer'
import { selection } from '@harmont/source-set'
import type { SourceTreeRef } from '../sandbox-driver.ts'
import { asFolders, isFolder, treeManifest } from './manifest.ts'

export interface NamedFiles {
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  /**
   * A matching file that no list can contain, because its path is not UTF-8 or has a line break;
   * null if there is none.
   */
  readonly unlisted: string | null
}

export interface NameJob {
  readonly tree: SourceTreeRef
  readonly pattern: string
}

/**
 * Returns the files of a tree that match a path or glob. A matching directory includes all files in
 * it. Omits links, because their targets have names of their own. Runs in a worker thread.
 */
export function namedInTree({ tree, pattern }: NameJob): NamedFiles {
  const files: { path: string; bytes: number }[] = []
  let unlisted: string | null = null
  const open = [{ folder: asFolders(treeManifest(tree)), above: '', isListable: true, at: selection([pattern]) }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [bytes, node] of next.folder.children) {
      const raw = Buffer.from(bytes, 'latin1')
      const name = raw.toString('utf8')
      const path = next.above + name
      const isListable = next.isListable && isUtf8(raw) && !name.includes('\n')
      if (isFolder(node)) {
        const at = next.at.directory(name)
        if (at !== undefined) open.push({ folder: node, above: `${path}/`, isListable, at })
      } else if (node.kind === 'link' || next.at.file(name).length === 0) continue
      else if (isListable) files.push({ path, bytes: node.size })
      else unlisted ??= path
    }
  }
  return { files, unlisted }
}
