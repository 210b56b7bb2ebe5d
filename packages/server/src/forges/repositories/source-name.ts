import type { ForgeName } from '../forge/forge.ts'

/**
 * Returns the name of a repository in the source of a build. It never changes, so a rebuild works
 * after the repository was renamed, or removed from its installation and added again.
 */
export function sourceNameOf(forge: ForgeName, externalId: string): string {
  return `${forge}:${externalId}`
}

/**
 * Returns the source name for a commit that only a fork has: the name of the base repository, and
 * the full name of the fork, or null if it was deleted. A later fork of that name cannot provide
 * other files, because the commit id is a digest of them.
 */
export function forkNameOf(repository: string, fork: string | null): string {
  return `${repository}#${fork ?? ''}`
}

interface SourceName {
  readonly forge: ForgeName
  readonly externalId: string
  /**
   * Full name of the only fork with the commit, empty if it was deleted; null if the repository has
   * the commit.
   */
  readonly fork: string | null
}

/** Parses a name; undefined if it was not generated here. */
export function readSourceName(name: string): SourceName | undefined {
  const [, forge, externalId, fork = null] = /^(github|bitbucket):([^#]+)(?:#(.*))?$/s.exec(name) ?? []
  if ((forge !== 'github' && forge !== 'bitbucket') || externalId === undefined) return undefined
  return { forge, externalId, fork }
}
