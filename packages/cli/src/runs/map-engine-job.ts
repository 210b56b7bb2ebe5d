import { type Build, type Job, prerequisitesOf, serviceLogId } from '@harmont/engine'
import type { PlannedStep } from '@harmont/ir'
import type { MappedJob, MappedService } from '../events/event-mapper.ts'
import { conditionReason } from '../project/plan-run.ts'

type Step = Build['steps'][number]

/**
 * Maps a job of the engine; returns undefined for the rendering job.
 * @param ids the id of the first job of each step.
 */
export function mapEngineJob(
  job: Job,
  {
    steps,
    ids,
    cachedFrom,
  }: { readonly steps: readonly Step[]; readonly ids: readonly string[]; readonly cachedFrom: string },
): MappedJob | undefined {
  const step = job.step === null ? undefined : steps[job.step]
  if (step === undefined) return undefined
  return {
    ...job,
    key: step.key,
    name: step.name,
    command: step.command,
    dependsOn: prerequisitesOf(steps, job.step ?? 0).flatMap((slot) => ids[slot] ?? []),
    appendedBy: step.appendedBy?.job ?? null,
    afterAppended: (step.afterAppended ?? []).flatMap((slot) => ids[slot] ?? []),
    waitReason: job.state === 'scheduled' && job.notBefore !== null ? 'retry_delay' : null,
    errorMessage: job.skipReason === 'condition' ? conditionReason(step.condition) : job.errorMessage,
    cachedFrom,
    services: mapServices(job, step, steps),
    phases: job.phases
      .filter(({ fence }) => fence === job.fence)
      .map(({ name, from, to }) => ({ name, started_at: from, ms: to - from })),
  }
}

function mapServices({ id, services }: Job, step: PlannedStep, steps: readonly PlannedStep[]): MappedService[] {
  return services.map(({ name, state, readyMs: ready_ms, exitCode: exit_code }) => {
    const { image = '', from = null } = step.services?.find((one) => one.name === name) ?? {}
    const origin = from === null ? null : (steps[from]?.key ?? null)
    return { service_id: serviceLogId(id, name), name, image, from: origin, state, ready_ms, exit_code }
  })
}
