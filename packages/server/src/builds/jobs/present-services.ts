import type { components } from '@harmont/contract'
import { type Build, type Job, serviceLogId } from '@harmont/engine'
import type { Complete } from '../../platform/http/index.ts'

type JobServiceBody = Complete<components['schemas']['JobService']>

/** Returns the services beside a job, running or ended. */
export function presentServices({ steps }: Pick<Build, 'steps'>, { id, step, services }: Job): JobServiceBody[] {
  const planned = new Map((step === null ? undefined : steps[step]?.services)?.map((one) => [one.name, one]))
  return services.map(({ name, state, readyMs, exitCode }) => {
    const { image = '', from = null } = planned.get(name) ?? {}
    return {
      id: serviceLogId(id, name),
      name,
      image,
      from: from === null ? null : (steps[from]?.key ?? null),
      state,
      ready_ms: readyMs,
      exit_code: exitCode,
    }
  })
}
