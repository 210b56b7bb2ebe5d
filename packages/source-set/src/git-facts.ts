import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { git, gitFailed } from './git.ts'
import type { GitFacts } from './source-set.ts'

/**
 * Reads git's facts about the checkout that contains a directory; null without git or outside a
 * work tree. Fails with SourceError `git_failed` if git refuses to read the repository.
 */
export async function readGitFacts(directory: string): Promise<GitFacts | null> {
  if (!isInWorkTree(directory)) return null
  // All commands run at once, because each takes some milliseconds and none needs the result of
  // another.
  const [top, branch, last, remotes, heads] = await Promise.all([
    git(directory, ['rev-parse', '--show-toplevel']),
    // Without --short, which answers `heads/NAME` for a branch with the name of a tag.
    git(directory, ['symbolic-ref', '--quiet', 'HEAD']),
    git(directory, ['log', '-1', '--no-show-signature', '--format=%H%n%B', '--encoding=UTF-8']),
    git(directory, ['config', '--null', '--get-regexp', '^remote\\..*\\.url$']),
    git(directory, ['for-each-ref', '--format=%(refname)%00%(symref)', 'refs/remotes/*/HEAD']),
  ])
  if (top === null || isOutside(top)) return null
  if (top.status !== 0) throw gitFailed(directory, top.stderr)
  const [commit, ...message] = last?.status === 0 ? last.stdout.split('\n') : []
  const remote = chooseRemote(remotes?.stdout ?? '')
  return {
    workTree: top.stdout.replace(/\n$/, ''),
    branch: /^refs\/heads\/(.*)\n$/.exec(branch?.stdout ?? '')?.[1] ?? null,
    commit: commit ?? null,
    message: commit === undefined ? null : message.join('\n').trimEnd(),
    remote: remote === null ? null : withoutCredentials(remote.url),
    defaultBranch: remote === null ? null : defaultBranchOf(heads?.stdout ?? '', remote.name),
  }
}

/**
 * Returns whether a directory or one above it has a `.git`. Running git for this would take a
 * process.
 */
function isInWorkTree(directory: string): boolean {
  if (!existsSync(directory)) return false
  for (let at = realpathSync(directory); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (at === dirname(at)) return false
  }
}

/**
 * Returns whether files below a directory differ from its last commit, including untracked ones.
 * Examines every file of the work tree.
 */
export async function isDirty(directory: string): Promise<boolean> {
  const status = await git(directory, ['status', '--porcelain', '--untracked-files=normal', '--', '.'])
  if (status === null || isOutside(status)) return false
  if (status.status !== 0) throw gitFailed(directory, status.stderr)
  return status.stdout !== ''
}

// A bare repository, or the inside of `.git`, has no work tree. For a build it is an ordinary
// directory.
function isOutside({ status, stderr }: { status: number; stderr: string }): boolean {
  return status === 128 && /not a git repository|must be run in a work tree/.test(stderr)
}

interface Remote {
  readonly name: string
  readonly url: string
}

function chooseRemote(listed: string): Remote | null {
  const remotes = listed
    .split('\0')
    .map((record) => /^remote\.(.*)\.url\n(.*)$/s.exec(record))
    .filter((match) => match !== null)
    .map(([, name = '', url = '']) => ({ name, url }))
  const [only, another] = remotes
  const origin = remotes.find(({ name }) => name === 'origin')
  return origin ?? (another === undefined ? (only ?? null) : null)
}

function defaultBranchOf(heads: string, remote: string): string | null {
  for (const line of heads.split('\n')) {
    const [name, target] = line.split('\0')
    const prefix = `refs/remotes/${remote}/`
    if (name === `${prefix}HEAD` && target?.startsWith(prefix)) return target.slice(prefix.length)
  }
  return null
}

/** Removes a token from an address. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/@]*)@/i, (_, scheme: string, user: string) =>
    scheme.toLowerCase().startsWith('ssh') ? `${scheme}${user.split(':', 1)[0]}@` : scheme,
  )
}
