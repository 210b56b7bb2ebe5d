import { ByteReader } from '../byte-reader.ts'
import type { BytePath, EntryKind } from '../manifest.ts'
import { quoted } from '../read-tar.ts'
import { gitEnd, startGit } from './run-git.ts'

export interface CommitFile {
  readonly path: BytePath
  /** A submodule counts as a folder. */
  readonly kind: EntryKind
  /** Object id of the content in the mirror. */
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
 * Lists the files of a commit by path, in git's order. Streams the listing and stops beyond `limit`
 * entries: nested trees can stand for more files than fit in memory, and git would hold them all to
 * compare two commits. Fails as `gitEnd` does.
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
    // Unread output would keep git from exiting.
    git.stdout.destroy()
    git.kill()
    await ended.catch(() => {})
  }
}
