import type { Job } from '@harmont/engine'
import type { PlannedStep } from '@harmont/ir'
import type { MappedJob } from '../events/event-mapper.ts'
import { conditionReason } from '../project/plan-run.ts'

/**
 * Maps a job of the engine; returns undefined for the job that renders. ¶@param ids of the first
 * job of each step.
 */
export function mapEngineJob(
  job: Job,
  {
    steps,
    ids,
    cachedFrom,
  }: { readonly steps: readonly PlannedStep[]; readonly ids: readonly string[]; readonly cachedFrom: string },
): MappedJob | undefined {
  const step = job.step === null ? undefined : steps[job.step]
  if (step === undefined) return undefined
  const needs = [...step.dependsOn, ...(step.buildsIn === null ? [] : [step.buildsIn])]
  return {
    ...job,
    key: step.key,
    name: step.name,
    command: step.command,
    dependsOn: needs.flatMap((slot) => ids[slot] ?? []),
    waitReason: job.state === 'scheduled' && job.notBefore !== null ? 'retry_delay' : null,
    errorMessage: job.skipReason === 'condition' ? conditionReason(step.condition) : job.errorMessage,
    cachedFrom,
  }
}
