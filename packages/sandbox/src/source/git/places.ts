import { createHash } from 'node:crypto'
import path from 'node:path'
import type { FetchRequest } from './fetch-commit.ts'

/** Below the store's directory: `mirrors/ID/repository.git` with `latest.json`, and `commits/ID/git` with `record.json`. */
export const mirrorsFolder = 'mirrors'
export const commitsFolder = 'commits'

/** Names a repository in the store. */
export function mirrorId(repository: string): string {
  return hash(repository)
}

/** The key of the lock that whoever changes this mirror has. */
export function mirrorLock(id: string): string {
  return `mirror ${id}`
}

/** What is kept of a commit. A tag that is built has to be in its git directory, which an earlier one of the same commit may lack. */
export function commitId(repository: string, { commit, refs }: FetchRequest): string {
  const tags = refs.filter((ref) => ref.startsWith('refs/tags/')).sort()
  return hash(JSON.stringify([repository, commit, ...tags]))
}

export function mirrorPath(directory: string, id: string): string {
  return path.join(directory, mirrorsFolder, id)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
