/** The working tree as git sees it, packed as the API takes it: tracked and untracked files, none that are ignored. */
import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'

export interface PackedSource {
  readonly base64: string
  readonly files: number
  readonly bytes: number
}

export async function packWorkingTree(root: string): Promise<PackedSource> {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
    encoding: 'utf8',
  })
  const names = [...new Set(listed.split('\0'))].filter((name) => name !== '').sort()
  const tar = pack()
  const packed = buffer(tar.pipe(createGzip({ level: 1 })))
  let files = 0
  for (const name of names) {
    const path = join(root, name)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) continue // deleted in the working tree, so deleted in the build
    if (stat.isSymbolicLink()) tar.entry({ name, type: 'symlink', linkname: readlinkSync(path), mtime: stat.mtime })
    else if (stat.isFile())
      tar.entry({ name, mode: stat.mode & 0o100 ? 0o755 : 0o644, mtime: stat.mtime }, readFileSync(path))
    files += 1
  }
  tar.finalize()
  const archive = await packed
  return { base64: archive.toString('base64'), files, bytes: archive.length }
}

/** Branch, commit and subject of HEAD; a tree without a commit has 40 zeros, as `hm` sends them. */
export function gitFacts(root: string): { branch: string; commit: string; message: string; dirty: boolean } {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return {
      branch: git('rev-parse', '--abbrev-ref', 'HEAD'),
      commit: git('rev-parse', 'HEAD'),
      message: git('log', '-1', '--format=%s'),
      dirty: git('status', '--porcelain') !== '',
    }
  } catch {
    return { branch: 'main', commit: '0'.repeat(40), message: 'no commit yet', dirty: true }
  }
}
