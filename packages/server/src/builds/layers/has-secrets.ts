import type { LocalPortOptions } from '@harmont/engine'

/**
 * Returns a predicate: whether a build has all secrets with these names. It does not reveal their
 * values.
 */
export function hasSecrets(
  secrets: LocalPortOptions['secrets'],
): (buildId: string, names: readonly string[]) => Promise<boolean> {
  return async (buildId, names) => {
    const answer = await secrets.of(buildId, names)
    return answer.kind === 'values' && names.every((name) => answer.values.has(name))
  }
}
