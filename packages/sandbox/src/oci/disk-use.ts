import { execFile } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Bytes used on the file system that holds `path`. Cheap. */
export function usedBytes(path: string): number {
  const { bsize, blocks, bfree } = statfsSync(path)
  return bsize * (blocks - bfree)
}

/** Bytes that the directories hold on disk. Looks at every file. */
export async function bytesBelow(paths: readonly string[]): Promise<number> {
  const { stdout } = await run('du', ['--summarize', '--total', '--block-size=1', '--one-file-system', '--', ...paths])
  const total = /^(\d+)\ttotal$/m.exec(stdout)?.[1]
  if (total === undefined) throw new Error(`du gave no total for ${paths.join(', ')}`)
  return Number(total)
}
