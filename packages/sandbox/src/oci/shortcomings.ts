import type { NetworkMode } from '../driver.ts'
import type { Footing } from '../ordinary/footing.ts'

/**
 * What the sandboxes of a process on this footing lack that root's have, a sentence each.
 * @param wished network modes, in order of wish. @param given those of them that can be had.
 */
export function shortcomingsOf(
  { kind }: Footing,
  wished: readonly NetworkMode[],
  given: readonly NetworkMode[],
): readonly string[] {
  if (kind !== 'mapped') return []
  const limits =
    'Memory and processor time of steps are not limited: for that the runner must be started by root, who has control groups.'
  const network =
    'Steps have no network: for that the runner must be started by root, or HARMONT_SANDBOX_NETWORK=host give them that of its user.'
  return wished[0] === 'egress' && given[0] === 'none' ? [limits, network] : [limits]
}
