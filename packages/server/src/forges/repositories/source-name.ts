import type { ForgeName } from '../forge/forge.ts'

/**
 * How a build's source names a repository: by what never changes, so that a build can be made again after the repository was renamed, or taken from the
 * installation and given back.
 */
export function sourceNameOf(forge: ForgeName, externalId: string): string {
  return `${forge}:${externalId}`
}

/**
 * How it names a fork that alone has the commit: after the repository through which we may know of it. `fork` is the fork's full name, null where it was gone
 * already; who bears that name later cannot give other files, as the commit's id is a digest of them.
 */
export function forkNameOf(repository: string, fork: string | null): string {
  return `${repository}#${fork ?? ''}`
}

export interface SourceName {
  readonly forge: ForgeName
  readonly externalId: string
  /** Full name of the fork that alone has the commit, empty where it was gone already; null: the repository has it. */
  readonly fork: string | null
}

/** Undefined: no such name was ever given. */
export function readSourceName(name: string): SourceName | undefined {
  const [, forge, externalId, fork = null] = /^(github|bitbucket):([^#]+)(?:#(.*))?$/s.exec(name) ?? []
  if ((forge !== 'github' && forge !== 'bitbucket') || externalId === undefined) return undefined
  return { forge, externalId, fork }
}
