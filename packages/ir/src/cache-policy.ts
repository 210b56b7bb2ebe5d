import type { IrCachePolicy } from './document.ts'

/**
 * Whether a policy is known and complete. A document not made by an SDK may lack parts; its step
 * then has no key.
 */
export function isWholePolicy(policy: IrCachePolicy): boolean {
  switch (policy.policy) {
    case 'none':
    case 'forever':
      return true
    case 'ttl':
      return isGiven(policy.duration_seconds)
    case 'on_change':
      return isGiven(policy.paths)
    case 'compose':
      return isGiven(policy.sub_policies) && policy.sub_policies.every(isWholePolicy)
    default:
      return false
  }
}

function isGiven(member: unknown): boolean {
  return member !== undefined && member !== null
}

/** Returns the paths and globs of files that a cache policy watches, each once. */
export function watchedPaths(policy: IrCachePolicy): readonly string[] {
  if (policy.policy === 'on_change') return [...new Set(policy.paths)]
  return policy.policy === 'compose' ? [...new Set(policy.sub_policies.flatMap(watchedPaths))] : []
}
