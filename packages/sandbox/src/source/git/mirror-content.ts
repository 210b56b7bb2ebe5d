import { ByteReader } from '../byte-reader.ts'
import type { BytePath, EntryKind } from '../manifest.ts'
import { quoted } from '../read-tar.ts'
import type { TreeWriter } from '../tree-writer.ts'
import { readGit } from './run-git.ts'

/**
 * Writes files and links with content from the mirror. Calls `count` with each size before writing
 * the content.
 */
export async function writeBlobs(
  repository: string,
  wanted: readonly CommitFile[],
  writer: TreeWriter,
  count: (size: number) => void,
): Promise<void> {
  if (wanted.length === 0) return
  await readGit(['cat-file', '--batch', '--buffer'], repository, async (git) => {
    // If git stops reading, the missing output is detected below.
    git.stdin.on('error', () => {})
    git.stdin.end(wanted.map(({ blob }) => `${blob}\n`).join(''))
    const bytes = new ByteReader(git.stdout)
    for (const { path, kind, blob } of wanted) {
      const header = (await bytes.until(10, 200))?.toString('latin1')
      const size = Number(/ blob ([0-9]+)$/.exec(header ?? '')?.[1] ?? Number.NaN)
      if (Number.isNaN(size)) throw new StoreDamaged(`the mirror lacks the blob ${blob}: ${header}`)
      count(size)
      const content = contentOf(bytes, size)
      if (kind === 'link') writer.link(path, await target(content, size))
      else await writer.file(path, kind === 'executable', size, content)
      await bytes.exactly(1)
    }
  })
}

async function* contentOf(bytes: ByteReader, size: number): AsyncGenerator<Buffer> {
  for (let left = size; left > 0; ) {
    const piece = await bytes.some(left)
    if (piece === undefined) throw new StoreDamaged('git exited in the middle of a blob')
    left -= piece.length
    yield piece
  }
}

async function target(content: AsyncGenerator<Buffer>, size: number): Promise<string> {
  // The writer refuses targets longer than a link allows, so their content is not read.
  if (size > 4_095) return 'x'.repeat(4_096)
  const pieces: Buffer[] = []
  for await (const piece of content) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

/** Thrown if this machine's copy of a repository is damaged. The source itself may be intact. */
export class StoreDamaged extends Error {
  override readonly name = 'StoreDamaged'
}

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
 * entries. Nested trees can stand for more files than fit in memory, and comparing two commits with
 * git would load them all. Rejects as `runGit` does.
 */
export async function commitFiles(
  repository: string,
  commit: string,
  limit: number,
): Promise<ReadonlyMap<BytePath, CommitFile>> {
  return readGit(['ls-tree', '-r', '-z', '--full-tree', commit], repository, async (git) => {
    git.stdin.end()
    const files = new Map<BytePath, CommitFile>()
    const bytes = new ByteReader(git.stdout)
    let seen = 0
    for (;;) {
      const record = (await bytes.until(0, longestRecord))?.toString('latin1')
      if (record === undefined) return files
      seen += 1
      if (seen > limit) throw new Error(`it has more than ${limit} entries`)
      const path = record.slice(record.indexOf('\t') + 1)
      const [mode = '', , blob = ''] = record.slice(0, record.indexOf('\t')).split(' ')
      const kind = kinds[mode]
      if (kind === undefined) throw new Error(`${quoted(path)} has the unknown mode ${mode}`)
      files.set(path, { path, kind, blob })
    }
  })
}
