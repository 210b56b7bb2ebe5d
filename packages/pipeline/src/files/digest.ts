import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { comparePaths, compareText } from '@harmont/ir'
import { resolvePath } from './resolve-path.ts'
import { type Found, walk } from './walk.ts'

/** The `digests` of a key context over the files of a directory, each read once. */
export function digestsBelow(base: string): (paths: readonly string[]) => string[] {
  const known = new Map<string, string>()
  return (paths) => {
    const found = [...paths].sort(compareText).flatMap((path) => resolvePath(base, path))
    return found.map((entry) => {
      const digest = known.get(entry.path) ?? digestOf(base, entry)
      known.set(entry.path, digest)
      return digest
    })
  }
}

/** D of `ir.md` 2.3 as hex: of a file its bytes, of a directory names and bytes of its files, of a dangling link its target. */
function digestOf(base: string, { path, kind }: Found): string {
  const sum = createHash('sha256')
  if (kind === 'dangling link') return sum.update(readlinkSync(join(base, path))).digest('hex')
  if (kind === 'file') return sum.update(readFileSync(join(base, path))).digest('hex')
  const files = [...walk(base, path)].filter((found) => found.kind === 'file').map((found) => found.path)
  for (const file of files.sort(comparePaths)) {
    const relative = path === '' ? file : file.slice(path.length + 1)
    sum
      .update(`${relative}\0`)
      .update(readFileSync(join(base, file)))
      .update('\0')
  }
  return sum.digest('hex')
}
