import type { IrBuildConcurrency, IrStepConcurrency } from '@harmont/ir'
import { nameOf, optionsOf, wholeNumberOf, wordOf } from '../wrong-use.ts'

/** At most `limit` running jobs (1 when absent) in a group. */
export interface StepConcurrency {
  readonly group: string
  readonly limit?: number
  /**
   * Builds that share the group: those of this pipeline (by default), or all of the organization.
   */
  readonly scope?: 'pipeline' | 'organization'
}

/** At most `limit` running builds (1 when absent) in a group. */
export interface BuildConcurrency {
  /** May contain `${branch}`, `${tag}`, `${pull_request}` and `${event}`. */
  readonly group: string
  readonly limit?: number
  /**
   * The effect of a new build on a full group: the build waits (by default), or others are
   * canceled for it.
   */
  readonly whenFull?: 'queue' | 'cancel_waiting' | 'cancel_running'
}

const FIX = 'Name a group.'
// biome-ignore lint/suspicious/noTemplateCurlyInString: these are placeholders of the server
const PLACEHOLDERS = ['${branch}', '${tag}', '${pull_request}', '${event}']

export function stepConcurrencyOf(where: string, value: unknown): IrStepConcurrency {
  const { group, limit, scope } = optionsOf(where, value, ['group', 'limit', 'scope'])
  return Object.freeze({
    group: nameOf(`${where}, group`, group, FIX),
    limit: wholeNumberOf(`${where}, limit`, limit ?? 1, 1),
    ...(scope !== undefined && { scope: wordOf(`${where}, scope`, scope, ['pipeline', 'organization']) }),
  })
}

export function buildConcurrencyOf(where: string, value: unknown): IrBuildConcurrency {
  const { group, limit, whenFull } = optionsOf(where, value, ['group', 'limit', 'whenFull'])
  return Object.freeze({
    group: placeholdersOf(`${where}, group`, nameOf(`${where}, group`, group, FIX)),
    limit: wholeNumberOf(`${where}, limit`, limit ?? 1, 1),
    ...(whenFull !== undefined && {
      when_full: wordOf(`${where}, whenFull`, whenFull, ['queue', 'cancel_waiting', 'cancel_running']),
    }),
  })
}

// A misspelt placeholder would put all builds into one group, where they would cancel each other.
function placeholdersOf(where: string, group: string): string {
  for (const [placeholder] of group.matchAll(/\$\{[^}]*\}?/g)) wordOf(where, placeholder, PLACEHOLDERS)
  return group
}
