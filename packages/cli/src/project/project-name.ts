import { basename } from 'node:path'

/** Names a project after its repository (`owner/name`), or else after its directory. */
export function projectName(directory: string, repository: string | null): string {
  return repository?.split('/').at(-1) || basename(directory) || 'project'
}

/**
 * Returns a slug for a pipeline of a project with this name; `ci` if the name has no letter from a
 * to z.
 */
export function slugFor(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 64)
    .replace(/-$/, '')
  return slug || 'ci'
}

/** Matches a slug of a pipeline. */
export const slugForm = /^[a-z][a-z0-9-]{0,63}$/
