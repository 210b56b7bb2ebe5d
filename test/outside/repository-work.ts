/** Operations on the doubles' git repositories. */
import type { gitRepository } from './git-server.ts'

type Git = ReturnType<typeof gitRepository>['git']

export interface ChangedFile {
  readonly filename: string
  readonly status: 'added' | 'removed' | 'modified' | 'renamed'
  readonly previous: string | null
}

/** Compares two commits: the newer one with their merge base, or the two themselves. */
export function changedFiles(
  git: Git,
  base: string,
  head: string,
  from: 'merge base' | 'base',
): readonly ChangedFile[] {
  const range = from === 'merge base' ? [`${base}...${head}`] : [base, head]
  const fields = git(['diff', '--name-status', '-M', '-z', ...range]).split('\0')
  const files: ChangedFile[] = []
  for (let index = 0; index + 1 < fields.length; ) {
    const letter = fields[index]?.[0]
    const isRename = letter === 'R'
    const previous = isRename ? (fields[index + 1] ?? null) : null
    const filename = fields[index + (isRename ? 2 : 1)] ?? ''
    const status = isRename ? 'renamed' : letter === 'A' ? 'added' : letter === 'D' ? 'removed' : 'modified'
    files.push({ filename, status, previous })
    index += isRename ? 3 : 2
  }
  return files
}

/** Returns the commits that a ref got, oldest first, at most 2,048 as in GitHub's events. */
export function newCommits(git: Git, before: string | null, after: string): readonly string[] {
  return git(['rev-list', '--reverse', '--max-count=2048', before === null ? after : `${before}..${after}`])
    .split('\n')
    .filter((line) => line !== '')
}

/** Compares the second commit with the first. */
export function relation(git: Git, base: string, head: string): 'identical' | 'ahead' | 'behind' | 'diverged' {
  const [behind, ahead] = git(['rev-list', '--left-right', '--count', `${base}...${head}`])
    .split(/\s+/)
    .map(Number)
  if (behind === 0) return ahead === 0 ? 'identical' : 'ahead'
  return ahead === 0 ? 'behind' : 'diverged'
}
