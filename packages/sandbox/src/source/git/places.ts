import { createHash } from 'node:crypto'
import path from 'node:path'
import type { FetchRequest } from './fetch-commit.ts'

/**
 * Layout of the store: `mirrors/ID/repository.git` with `latest.json`, and `commits/ID/git` with
 * `record.json`.
 */
export const mirrorsFolder = 'mirrors'
export const commitsFolder = 'commits'

/** Returns the repository's id in the store. */
export function mirrorId(repository: string): string {
  return hash(repository)
}

/** Returns the lock key for changing this mirror. */
export function mirrorLock(id: string): string {
  return `mirror ${id}`
}

/**
 * Returns the id of a checkout. It includes the tags, because an earlier git directory of the same
 * commit may lack the tag being built.
 */
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
