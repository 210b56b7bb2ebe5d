import { realpathSync } from 'node:fs'
import { compareText } from '@harmont/ir'
import { readGitFacts } from './git-facts.ts'
import { readIgnoreFile } from './ignore-file.ts'
import { listAll } from './list-all.ts'
import { isIgnored, listWithGit } from './list-with-git.ts'
import { type GitFacts, pathBytes, type SourceEntry, type SourceSet } from './source-set.ts'

/**
 * The files of a project that a build sees (`source-set.md` 1). Contents are not read. `facts`:
 * what `readGitFacts` gave, where it was asked already. Fails with SourceError `git_failed`, or
 * `unreadable` with the path.
 */
export async function readSourceSet(projectDirectory: string, facts?: GitFacts | null): Promise<SourceSet> {
  const root = realpathSync(projectDirectory)
  const isOut = readIgnoreFile(root)
  const git = facts === undefined ? await readGitFacts(root) : facts
  const listed = git === null ? null : await listWithGit(root)
  // A project in a folder that git ignores is its own business, not git's.
  const isOutsideGit = listed === null || (listed.length === 0 && (await isIgnored(root)))
  return { root, entries: ordered(isOutsideGit ? await listAll(root, isOut) : listed, isOut), git }
}

/** Reads a tree that holds only a source, such as a checkout in a sandbox, without asking git. */
export async function readSourceTree(directory: string): Promise<SourceSet> {
  const root = realpathSync(directory)
  const isOut = readIgnoreFile(root)
  return { root, entries: ordered(await listAll(root, isOut), isOut), git: null }
}

function ordered(entries: readonly SourceEntry[], isOut: (path: string) => boolean): SourceEntry[] {
  return entries.filter(({ path }) => !isOut(path)).sort(byBytes)
}

function byBytes(a: SourceEntry, b: SourceEntry): number {
  return a.raw === null && b.raw === null ? compareText(a.path, b.path) : Buffer.compare(pathBytes(a), pathBytes(b))
}
