import type { NetworkMode } from '../sandbox-driver.ts'
import type { Footing } from './privilege-mode.ts'

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
  const limits = 'Memory and CPU time of steps are not limited: that needs a runner started by root.'
  const network =
    'Steps have no network: start the runner as root, or set HARMONT_SANDBOX_NETWORK=host to share the network of its user.'
  return wished[0] === 'egress' && given[0] === 'none' ? [limits, network] : [limits]
}
