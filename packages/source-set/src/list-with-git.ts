import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { git, gitFailed, gitRecords } from './git.ts'
import { breather, entryOf, isAlwaysOut, type ListedPath, listedPath, statOf } from './listing.ts'
import type { SourceEntry } from './source-set.ts'

/**
 * Lists git's files of a project, in no order: existing tracked files, untracked files that are not
 * ignored, and the same in each initialised submodule. Leaves out other repositories inside the
 * project.
 */
export async function listWithGit(root: string): Promise<SourceEntry[]> {
  const entries = new Map<string | Buffer, SourceEntry>()
  const isRealFolder = realFolders(root)
  const breathe = breather()
  const open: string[] = ['']
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const prefix = at === '' ? '' : `${at}/`
    const command = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
    for await (const record of gitRecords(join(root, at), command)) {
      await breathe()
      const listed = listedPath(prefix === '' ? record : Buffer.concat([Buffer.from(prefix), record]))
      // A folder with a slash is an untracked repository.
      if (listed.path.endsWith('/') || isAlwaysOut(listed.path) || !isRealFolder(listed)) continue
      const stat = statOf(root, listed)
      if (stat === undefined) continue
      const entry = entryOf(listed, stat)
      if (entry !== undefined) entries.set(listed.raw?.toString('latin1') ?? listed.path, entry)
      else if (stat.isDirectory() && listed.raw === null && existsSync(join(root, listed.path, '.git')))
        open.push(listed.path)
    }
  }
  return [...entries.values()]
}

/**
 * Returns whether the project directory itself is ignored. In that case git lists none of its
 * files.
 */
export async function isIgnored(root: string): Promise<boolean> {
  const answer = await git(root, ['check-ignore', '--quiet', '.'])
  if (answer === null || answer.status > 1) throw gitFailed(root, answer?.stderr ?? '')
  return answer.status === 0
}

// A tracked file whose folder became a link counts as deleted, because the link leads to another
// file.
function realFolders(root: string): (listed: ListedPath) => boolean {
  const known = new Map<string, boolean>([['', true]])
  const isReal = (folder: string): boolean => {
    const before = known.get(folder)
    if (before !== undefined) return before
    const parent = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))
    const real = isReal(parent) && statOf(root, listedPath(Buffer.from(folder, 'latin1')))?.isDirectory() === true
    known.set(folder, real)
    return real
  }
  return ({ path, raw }) => {
    const bytes = raw?.toString('latin1') ?? Buffer.from(path).toString('latin1')
    return isReal(bytes.slice(0, Math.max(0, bytes.lastIndexOf('/'))))
  }
}
