import { type BuildAddress, followBuild, isEnded, type Job } from '@harmont/cloud'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { isJobEnded } from '../events/event-mapper.ts'
import { buildAddress, findJob } from '../server/address.ts'
import { openSession, type Session, translateErrors } from '../server/session.ts'
import { LogPrinter } from './log-printer.ts'

/** `hm logs` for a build of the server, or its pipeline's last one; of all its steps, or of one. */
export async function logsOfServer(
  context: Context<'logs'>,
  build: string | undefined,
  step: string | undefined,
): Promise<ExitCode> {
  return translateErrors(context, async () => {
    const { flags, signal } = context
    const session = await openSession(context)
    const address = await buildAddress(context, session, { pipeline: flags.pipeline, build })
    const jobs = await chooseJobs(context, session, address, step)
    const printer = new LogPrinter(context, session.client, address, step === undefined)
    await printer.begin()
    if (flags.follow && flags.attempt === undefined) await follow(context, session, address, { printer, step })
    else for (const job of jobs) await printer.print(job, { isFollowed: flags.follow, address, signal })
    await printer.end()
    return exits.ok
  })
}

async function chooseJobs(
  context: Context<'logs'>,
  session: Session,
  address: BuildAddress,
  step: string | undefined,
): Promise<readonly Job[]> {
  const { flags, signal } = context
  const newest = step === undefined ? undefined : await findJob(context, session, address, step)
  const attempts = flags.attempt === undefined ? {} : ({ attempts: 'all' } as const)
  const { data } = await session.client.listJobs({ ...address, ...attempts }, { signal })
  const chosen = data.filter(
    (job) =>
      (newest === undefined || job.step_key === newest.step_key) &&
      (flags.attempt === undefined || (job.attempt ?? 1) === flags.attempt) &&
      isWanted(job, flags.failed),
  )
  if (newest !== undefined && chosen.length === 0 && flags.attempt !== undefined)
    throw new HmError(exits.notFound, 'job_not_found', `${step} has no attempt ${flags.attempt}`)
  return chosen
}

function isWanted({ state, started_at, cached }: Job, onlyFailed: boolean): boolean {
  if (!started_at || cached === true) return false
  return !onlyFailed || state === 'failed' || state === 'timed_out'
}

/** Follows all jobs at the same time, including those that start later. */
async function follow(
  context: Context<'logs'>,
  session: Session,
  address: BuildAddress,
  { printer, step }: { readonly printer: LogPrinter; readonly step: string | undefined },
): Promise<void> {
  const { flags, signal } = context
  const printed = new Map<string, Promise<void>>()
  for await (const update of followBuild(session.client, address, { signal })) {
    if (update.kind === 'build') {
      if (isEnded(update.build)) break
      continue
    }
    const { job } = update
    const isChosen = step === undefined || job.step_key === step || job.id === step
    const isReady = flags.failed ? isJobEnded(job) && isWanted(job, true) : isWanted(job, false)
    if (!isChosen || !isReady || printed.has(job.id)) continue
    const printing = printer.print(job, { isFollowed: true, address, signal })
    // It is awaited below.
    printing.catch(() => {})
    printed.set(job.id, printing)
  }
  await Promise.all(printed.values())
}
