import { ByteReader } from '../byte-reader.ts'
import type { TreeWriter } from '../tree-writer.ts'
import type { CommitFile } from './commit-files.ts'
import { gitEnd, startGit } from './run-git.ts'
import { StoreDamaged } from './store-damaged.ts'

/**
 * Writes files and links with content from the mirror. Calls `count` with each size before writing.
 */
export async function writeBlobs(
  repository: string,
  wanted: readonly CommitFile[],
  writer: TreeWriter,
  count: (size: number) => void,
): Promise<void> {
  if (wanted.length === 0) return
  const git = startGit(['cat-file', '--batch', '--buffer'], { repository })
  const ended = gitEnd(git, 'cat-file')
  try {
    // If git stops reading, its output shows it.
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
    await ended
  } finally {
    // Unread output would keep git from exiting.
    git.stdout.destroy()
    git.kill()
    await ended.catch(() => {})
  }
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
  // The writer refuses targets longer than a link allows, so they are not read.
  if (size > 4_095) return 'x'.repeat(4_096)
  const pieces: Buffer[] = []
  for await (const piece of content) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}
