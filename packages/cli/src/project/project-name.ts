import { basename } from 'node:path'

/** Names a project: as its repository (`owner/name`), else as its directory. */
export function projectName(directory: string, repository: string | null): string {
  return repository?.split('/').at(-1) || basename(directory) || 'project'
}

/** A slug for a pipeline of a project of this name; `ci` where the name has no letter of a slug. */
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
