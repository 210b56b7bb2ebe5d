import { FEATURES, featuresOf } from '@harmont/ir'
import type { LeasedJob } from './port.ts'

/** The members of steps that runners of this release carry out, and that earlier ones ignore. */
export const runnerFeatures: readonly string[] = FEATURES

/** Returns what a job needs that a runner with these features would ignore. */
export function lackingFeatures({ work }: Pick<LeasedJob, 'work'>, features: readonly string[]): readonly string[] {
  if (work.kind === 'render') return []
  const needed = featuresOf({ steps: [work.step] })
  return needed.filter((feature) => !features.includes(feature))
}
