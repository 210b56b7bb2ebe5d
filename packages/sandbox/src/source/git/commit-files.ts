import { ByteReader } from '../byte-reader.ts'
import type { BytePath, EntryKind } from '../manifest.ts'
import { quoted } from '../read-tar.ts'
import { gitEnd, startGit } from './run-git.ts'

export interface CommitFile {
  readonly path: BytePath
  /** A submodule is a folder. */
  readonly kind: EntryKind
  /** Id of the content in the mirror. */
  readonly blob: string
}

const longestRecord = 16 * 1024
const kinds: Readonly<Record<string, EntryKind>> = {
  '100644': 'file',
  '100664': 'file',
  '100755': 'executable',
  '120000': 'link',
  '160000': 'folder',
}

/**
 * What is in a commit, by path, in git's order. Listed as it is found and cut off beyond `limit` entries: trees within trees can stand for more files
 * than any memory holds, and to compare two commits git would hold them all. Fails as `gitEnd` does.
 */
export async function commitFiles(
  repository: string,
  commit: string,
  limit: number,
): Promise<ReadonlyMap<BytePath, CommitFile>> {
  const git = startGit(['ls-tree', '-r', '-z', '--full-tree', commit], { repository })
  const ended = gitEnd(git, 'ls-tree')
  git.stdin.end()
  const files = new Map<BytePath, CommitFile>()
  try {
    const bytes = new ByteReader(git.stdout)
    let seen = 0
    for (;;) {
      const record = (await bytes.until(0, longestRecord))?.toString('latin1')
      if (record === undefined) break
      seen += 1
      if (seen > limit) throw new Error(`it has more than ${limit} entries`)
      const path = record.slice(record.indexOf('\t') + 1)
      const [mode = '', , blob = ''] = record.slice(0, record.indexOf('\t')).split(' ')
      const kind = kinds[mode]
      if (kind === undefined) throw new Error(`${quoted(path)} has the unknown mode ${mode}`)
      files.set(path, { path, kind, blob })
    }
    await ended
    return files
  } finally {
    // Unread output would keep it from being over.
    git.stdout.destroy()
    git.kill()
    await ended.catch(() => {})
  }
}
