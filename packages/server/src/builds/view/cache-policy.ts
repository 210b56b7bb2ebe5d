import type { Step } from '@harmont/engine'

type Policy = NonNullable<Step['cachePolicy']>

const shown = 5

/** Describes when a cached step runs again. */
export function policySentence(policy: Policy): string {
  switch (policy.policy) {
    case 'none':
      return 'always'
    case 'forever':
      return policy.env_keys.length === 0 ? 'never' : `when ${listed(policy.env_keys)} changes`
    case 'ttl':
      return `after ${duration(policy.duration_seconds)}${policy.env_keys.length === 0 ? '' : `, or when ${listed(policy.env_keys)} changes`}`
    case 'on_change':
      return `when ${listed(policy.paths)} changes`
    case 'compose':
      return policy.sub_policies.map(policySentence).join(', or ')
  }
}

/** Returns the rendering's variables that are part of the key. */
export function watchedVariables(policy: Policy): readonly string[] {
  if (policy.policy === 'forever' || policy.policy === 'ttl') return policy.env_keys
  return policy.policy === 'compose' ? policy.sub_policies.flatMap(watchedVariables) : []
}

/** Returns whether an entry can expire by time alone. */
export function expires(policy: Policy): boolean {
  return policy.policy === 'ttl' || (policy.policy === 'compose' && policy.sub_policies.some(expires))
}

/** Formats a list for people, shortened if it is long. */
export function listed(names: readonly string[]): string {
  const more = names.length - shown
  return more > 0 ? `${names.slice(0, shown).join(', ')} or one of ${more} more` : names.join(' or ')
}

function duration(seconds: number): string {
  for (const [length, unit] of [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
  ] as const)
    if (seconds % length === 0) return `${seconds / length} ${unit}`
  return `${seconds} s`
}
