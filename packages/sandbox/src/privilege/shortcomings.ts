import type { NetworkMode } from '../sandbox-driver.ts'
import type { Footing } from './privilege-mode.ts'

/**
 * Returns what sandboxes lack in this privilege mode compared with root's, one sentence each.
 * @param wished network modes in order of preference.
 * @param given the available ones.
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
