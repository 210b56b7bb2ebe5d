import { nearestCommand } from '../brand.ts'
import type { CachePolicy } from '../cache.ts'
import type { Step } from '../step.ts'

/** The tested members of a step: command, label, cache and variables. */
export interface Link {
  readonly label: string | undefined
  readonly command: string | undefined
  readonly cache: string
  readonly env?: Readonly<Record<string, string>>
}

/** Returns a step and its chain of parents, root first, for tests. */
export function chainOf(step: Step): Link[] {
  const links: Link[] = []
  for (let at = nearestCommand(step); at !== null; at = nearestCommand(at.parent)) {
    const { label, cache, env } = at.fields
    links.unshift({ label, command: at.command, cache: cacheWords(cache), ...(env !== undefined && { env }) })
  }
  return links
}

/** Returns the last step, with the label of its parent, for tests. */
export function lastOf(step: Step): Link & { readonly parent: string | undefined } {
  const [last, parent] = chainOf(step).reverse()
  if (last === undefined) throw new Error('a step without a command')
  return { ...last, parent: parent?.label }
}

function cacheWords(cache: CachePolicy | undefined): string {
  switch (cache?.policy) {
    case undefined:
      return 'no'
    case 'ttl':
      return `ttl ${cache.duration_seconds}`
    case 'on_change':
      return `on change of ${cache.paths.join(' ')}`
    default:
      return cache?.policy ?? 'no'
  }
}
