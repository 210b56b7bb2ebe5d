import type { BuildAddress } from '@harmont/cloud'
import { exits, HmError } from '../errors.ts'
import { noService } from '../inspect/service-in.ts'
import type { Session } from '../server/session.ts'

interface Beside {
  /** The key of the job's step, for errors. */
  readonly step: string
  /** The name of a service, or a fork such as `fork-3`. */
  readonly name: string
}

/**
 * Returns the id of a job's service or fork. Log routes accept it in place of a job's id. Throws
 * exit 5 where it does not exist.
 */
export async function besideJob(
  { client }: Pick<Session, 'client'>,
  job: BuildAddress & { readonly job_id: string },
  { step, name }: Beside,
  signal: AbortSignal,
): Promise<string> {
  const services = (await client.listJobServices(job, { signal })).data
  const service = services.find((one) => one.name === name)
  if (service !== undefined) return service.id
  const number = Number(/^fork-(\d+)$/.exec(name)?.[1])
  if (Number.isNaN(number))
    throw noService(
      step,
      name,
      services.map((one) => one.name),
    )
  const forks = (await client.listJobForks(job, { signal })).data
  const fork = forks.find((one) => one.number === number)
  if (fork !== undefined) return fork.id
  throw new HmError(exits.notFound, 'fork_not_found', `step ${step} has no fork ${number}`, {
    fix:
      forks.length === 0
        ? 'no fork of it has ended; only red tests are proved'
        : `it has ${forks.length}: fork-1 to fork-${forks.length}`,
  })
}
