import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { compareText } from '@harmont/ir'
import ignore from 'ignore'
import { readGitFacts } from './git-facts.ts'
import { listAll } from './list-all.ts'
import { isIgnored, listWithGit } from './list-with-git.ts'
import { unreadable } from './listing.ts'
import { type GitFacts, pathBytes, type SourceEntry, type SourceSet } from './source-set.ts'

/**
 * Lists the files of a project that a build sees (`source-set.md` 1), without their contents.
 * `facts` is the result of an earlier `readGitFacts`. Fails with SourceError `git_failed`, or
 * `unreadable` with the path.
 */
export async function readSourceSet(projectDirectory: string, facts?: GitFacts | null): Promise<SourceSet> {
  const root = realpathSync(projectDirectory)
  const isOut = readIgnoreFile(root)
  const git = facts === undefined ? await readGitFacts(root) : facts
  const listed = git === null ? null : await listWithGit(root)
  // Git lists no files of a project in an ignored folder.
  const isOutsideGit = listed === null || (listed.length === 0 && (await isIgnored(root)))
  return { root, entries: ordered(isOutsideGit ? await listAll(root, isOut) : listed, isOut), git }
}

/**
 * Reads a tree that contains only a source, such as a checkout in a sandbox, without running git.
 */
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

/**
 * Returns a function that tells whether `.hmignore` at the root of a project, or else `.ignore`,
 * excludes a path. The path of a folder ends with a slash.
 */
function readIgnoreFile(root: string): (path: string) => boolean {
  const name = ['.hmignore', '.ignore'].find((each) => statSync(join(root, each), { throwIfNoEntry: false })?.isFile())
  if (name === undefined) return () => false
  const rules = ignore({ ignorecase: false, allowRelativePaths: true })
  try {
    rules.add(readFileSync(join(root, name), 'utf8'))
  } catch (cause) {
    throw unreadable(name, cause)
  }
  return (path) => rules.ignores(path)
}
