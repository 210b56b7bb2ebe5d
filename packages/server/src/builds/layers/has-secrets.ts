import type { LocalPortOptions } from '@harmont/engine'

/** Returns the check whether a build has all secrets of these names. Nobody gets their values. */
export function hasSecrets(
  secrets: LocalPortOptions['secrets'],
): (buildId: string, names: readonly string[]) => Promise<boolean> {
  return async (buildId, names) => {
    const answer = await secrets.of(buildId, names)
    return answer.kind === 'values' && names.every((name) => answer.values.has(name))
  }
}
