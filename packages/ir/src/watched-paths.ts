import type { IrCachePolicy } from './document.ts'

/** The paths and globs of files that a cache policy watches, each once. */
export function watchedPaths(policy: IrCachePolicy): readonly string[] {
  if (policy.policy === 'on_change') return [...new Set(policy.paths)]
  return policy.policy === 'compose' ? [...new Set(policy.sub_policies.flatMap(watchedPaths))] : []
}
