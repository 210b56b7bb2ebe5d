import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Bytes used on the file system that holds `path`. Cheap. */
export async function usedBytes(path: string): Promise<number> {
  const { bsize, blocks, bfree } = await statfs(path)
  return bsize * (blocks - bfree)
}

/** Bytes that the directories hold on disk. Looks at every file. */
export async function bytesBelow(paths: readonly string[]): Promise<number> {
  const { stdout } = await run('du', ['--summarize', '--total', '--block-size=1', '--one-file-system', '--', ...paths])
  const total = /^(\d+)\ttotal$/m.exec(stdout)?.[1]
  if (total === undefined) throw new Error(`du gave no total for ${paths.join(', ')}`)
  return Number(total)
}
