import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import ignore from 'ignore'
import { unreadable } from './listing.ts'

/**
 * Asks whether `.hmignore` at the root of a project, else `.ignore`, takes a path out. Folders are
 * asked with a slash at their end.
 */
export function readIgnoreFile(root: string): (path: string) => boolean {
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
