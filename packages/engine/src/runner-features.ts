import { FEATURES, featuresOf } from '@harmont/ir'
import type { Step } from './core/model.ts'

/** The members of steps that runners of this release carry out, and that earlier ones ignore. */
export const runnerFeatures: readonly string[] = FEATURES

/** Returns what a step needs that a runner with these features would ignore. */
export function lackingFeatures(step: Step, features: readonly string[]): readonly string[] {
  return featuresOf({ steps: [step] }).filter((feature) => !features.includes(feature))
}
