import { FEATURES, featuresOf } from '@harmont/ir'
import type { Step } from './core/model.ts'

/** The features of steps that runners of this release implement and earlier ones ignore. */
export const runnerFeatures: readonly string[] = FEATURES

/** Returns the features of a step that a runner with these features would ignore. */
export function lackingFeatures(step: Step, features: readonly string[]): readonly string[] {
  return featuresOf({ steps: [step] }).filter((feature) => !features.includes(feature))
}
