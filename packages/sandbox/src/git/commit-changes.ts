import { ByteReader } from '../source/byte-reader.ts'
import type { BytePath, EntryKind } from '../source/manifest.ts'
import { quoted } from '../source/read-tar.ts'
import { gitEnd, startGit } from './run-git.ts'

export interface CommitChange {
  readonly path: BytePath
  /** Null: it is gone. A submodule is a folder. */
  readonly kind: EntryKind | null
  /** Id of the content in the mirror. */
  readonly blob: string
}

const longestRecord = 16 * 1024

/** What differs in the commit from another commit or tree, in order of path. Fails as `gitEnd` does. */
export async function* changesBetween(repository: string, base: string, commit: string): AsyncGenerator<CommitChange> {
  const git = startGit(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--full-index', base, commit], { repository })
  const ended = gitEnd(git, 'diff-tree')
  git.stdin.end()
  try {
    const bytes = new ByteReader(git.stdout)
    for (;;) {
      const head = await bytes.until(0, longestRecord)
      if (head === undefined) break
      const path = (await bytes.until(0, longestRecord))?.toString('latin1') ?? ''
      const [, mode = '', blob = ''] =
        /^:[0-7]+ ([0-7]+) [0-9a-f]+ ([0-9a-f]+) [A-Z]$/.exec(head.toString('latin1')) ?? []
      yield { path, kind: kindOf(path, mode), blob }
    }
    await ended
  } finally {
    git.kill()
    await ended.catch(() => {})
  }
}

function kindOf(path: BytePath, mode: string): CommitChange['kind'] {
  if (/^0+$/.test(mode)) return null
  if (mode === '120000') return 'link'
  if (mode === '160000') return 'folder'
  if (mode === '100755') return 'executable'
  if (mode === '100644' || mode === '100664') return 'file'
  throw new Error(`${quoted(path)} has the unknown mode ${mode}`)
}
