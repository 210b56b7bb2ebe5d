import type { Slot } from '../core/live-build.ts'
import type { Build } from '../core/model.ts'
import { filesFrom } from '../core/placement/homes.ts'

/**
 * Returns the names of the secrets that may be in a step's files: the secrets of the step and of
 * all steps that it starts from.
 */
export function plannedSecrets({ steps }: Pick<Build, 'steps'>, slot: Slot): readonly string[] {
  const names = new Set<string>()
  const seen = new Set([slot])
  for (const at of seen) {
    const step = steps[at]
    if (step === undefined) continue
    for (const name of Object.values(step.secrets)) names.add(name)
    for (const from of filesFrom(step)) seen.add(from)
  }
  return [...names]
}

/**
 * Returns the names of all secrets that steps of a build use, or may use once they are appended.
 */
export function secretNamesOf({ steps }: Pick<Build, 'steps'>): readonly string[] {
  return [...new Set(steps.flatMap(({ secrets, append }) => [...Object.values(secrets), ...(append?.secrets ?? [])]))]
}

/** Returns the slot of the step whose newest attempt, or whose service, made this snapshot. */
export function slotOfSnapshot({ jobs }: Pick<Build, 'jobs'>, id: string): Slot | undefined {
  const slot = jobs.findIndex(
    ({ snapshot, serviceSnapshots }) => snapshot === id || Object.values(serviceSnapshots).includes(id),
  )
  return slot === -1 ? undefined : slot
}
