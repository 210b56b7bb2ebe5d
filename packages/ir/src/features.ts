import type { Plan } from './plan.ts'

/**
 * A member of steps that an older release must not ignore: a step would reach hosts beyond its
 * list, or a build would pass without steps that it waits for.
 */
export type Feature = 'append' | 'id_tokens' | 'egress'

/**
 * The features of this release. `hm` requests a server's features (`getAuthConfig`), and a server
 * those of its remote runners.
 */
export const FEATURES: readonly Feature[] = ['append', 'id_tokens', 'egress']

/** Members of the same kind that no release implements. They are refused, never ignored. */
export const MISSING_FEATURES: readonly string[] = ['nesting']

/** Returns the features that the steps of a plan need. */
export function featuresOf({ steps }: Pick<Plan, 'steps'>): readonly Feature[] {
  const needs: Readonly<Record<Feature, boolean>> = {
    append: steps.some(({ append, afterAppended }) => append !== undefined || afterAppended !== undefined),
    id_tokens: steps.some(({ idTokens }) => idTokens !== undefined),
    egress: steps.some(({ egress }) => egress !== undefined),
  }
  return FEATURES.filter((feature) => needs[feature])
}
