import type { ForgeName } from '../forges/provider.ts'

/**
 * How a build's source names a repository: by what never changes, so that a build can be made again after the repository was renamed, or taken from the
 * installation and given back.
 */
export function sourceNameOf(forge: ForgeName, externalId: string): string {
  return `${forge}:${externalId}`
}

/** Undefined: no such name was ever given. */
export function readSourceName(name: string): { readonly forge: ForgeName; readonly externalId: string } | undefined {
  const [, forge, externalId] = /^(github|bitbucket):(.+)$/s.exec(name) ?? []
  return (forge === 'github' || forge === 'bitbucket') && externalId !== undefined ? { forge, externalId } : undefined
}
