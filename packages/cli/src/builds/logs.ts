import { type BuildAddress, CloudError, followBuild, isEnded, type Job, streamLogs } from '@harmont/cloud'
import { saysRemoved } from '@harmont/logs'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { appendLines } from '../events/append-lines.ts'
import { isJobEnded } from '../events/event-mapper.ts'
import { LineSplitter, type LogLine } from '../events/line-splitter.ts'
import { serviceIn } from '../inspect/service-in.ts'
import { buildAddress, findJob } from '../server/address.ts'
import { openSession, type Session, translateErrors } from '../server/session.ts'
import { quoteWord } from '../terminal/quote-word.ts'
import { LogPrinter } from '../view/log-printer.ts'
import { besideJob } from './beside.ts'
import { keyOf } from './map-server-job.ts'
import { chunkOf } from './run-log.ts'
import { serverTests } from './server-tests.ts'

/** The source and the destination of logs. */
interface Logs {
  readonly context: Context<'logs'>
  readonly session: Session
  readonly address: BuildAddress
  /** The key of a step or the id of a job; undefined for all. */
  readonly step: string | undefined
  readonly printer: LogPrinter
}

/**
 * `hm logs` for a build of the server: all its steps, or one. Uses the pipeline's last build by
 * default.
 */
export async function logsOfServer(
  context: Context<'logs'>,
  build: string | undefined,
  step: string | undefined,
): Promise<ExitCode> {
  return translateErrors(context, async () => {
    const { flags } = context
    const session = await openSession(context)
    const address = await buildAddress(context, session, { pipeline: flags.pipeline, build })
    const wholeLogOf = (key: string) => `hm logs ${address.number} ${quoteWord(key)} -p ${quoteWord(address.pipeline)}`
    const printer = new LogPrinter(context, { isPrefixed: step === undefined, wholeLogOf })
    const logs = { context, session, address, step, printer }
    const beside = await findBeside(logs)
    if (beside !== undefined) {
      await printer.begin()
      await printLog(logs, beside.job, { id: beside.id, name: beside.name })
      await printer.end()
      return exits.ok
    }
    const jobs = await chooseJobs(logs)
    await printer.begin()
    if (flags.follow && flags.attempt === undefined) await follow(logs)
    else for (const job of jobs) if (isWanted(job, flags.failed)) await printLog(logs, job)
    await printer.end()
    if (flags.failed || step !== undefined)
      for (const job of jobs) if (isUnstarted(job)) context.output.say(whyUnstarted(job, wholeLogOf))
    return exits.ok
  })
}

/** Finds the service or the fork that `STEP/NAME` names; undefined for the key of a step. */
async function findBeside(logs: Logs) {
  const { context, session, address, step } = logs
  const named = step === undefined ? undefined : serviceIn(step)
  if (step === undefined || named === undefined) return undefined
  const { signal, flags } = context
  const attempts = flags.attempt === undefined ? {} : ({ attempts: 'all' } as const)
  const { data } = await session.client.listJobs({ ...address, ...attempts }, { signal })
  if (data.some(({ step_key }) => step_key === step)) return undefined
  const ofStep = data.filter(({ step_key }) => step_key === named.step)
  const job = ofStep.find(({ attempt = 1 }) => flags.attempt === undefined || attempt === flags.attempt)
  if (job === undefined) return undefined
  return { job, id: await besideJob(session, { ...address, job_id: job.id }, named, signal), name: step }
}

/** Returns the requested jobs, including those without a log. */
async function chooseJobs({ context, session, address, step }: Logs): Promise<readonly Job[]> {
  const { flags, signal } = context
  const newest = step === undefined ? undefined : await findJob(context, session, address, step)
  const attempts = flags.attempt === undefined ? {} : ({ attempts: 'all' } as const)
  const { data } = await session.client.listJobs({ ...address, ...attempts }, { signal })
  const chosen = data.filter(
    (job) =>
      (newest === undefined || job.step_key === newest.step_key) &&
      (flags.attempt === undefined || (job.attempt ?? 1) === flags.attempt),
  )
  if (newest !== undefined && chosen.length === 0 && flags.attempt !== undefined)
    throw new HmError(exits.notFound, 'job_not_found', `${step} has no attempt ${flags.attempt}`)
  return chosen
}

function isWanted({ state, started_at, cached }: Job, onlyFailed: boolean): boolean {
  if (!started_at || cached === true) return false
  return !onlyFailed || state === 'failed' || state === 'timed_out'
}

function isUnstarted({ state, started_at }: Job): boolean {
  return !started_at && (state === 'failed' || state === 'timed_out')
}

/**
 * Explains why a step has no log, and names the log of the failed service that prevented its start.
 */
function whyUnstarted(job: Job, wholeLogOf: (key: string) => string): string {
  const service = job.services?.find(({ state }) => state === 'failed')
  const log = service === undefined ? '' : `\nits log: ${wholeLogOf(`${keyOf(job)}/${service.name}`)}`
  return `${keyOf(job)} did not start: ${job.error_message ?? job.error_code ?? 'no reason is known'}${log}`
}

/** Follows all jobs at the same time, including those that start later. */
async function follow(logs: Logs): Promise<void> {
  const { context, session, address, step } = logs
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
    const printing = printLog(logs, job)
    // Awaited below.
    printing.catch(() => {})
    printed.set(job.id, printing)
  }
  await Promise.all(printed.values())
}

/**
 * Prints the log of one job, or of its service: the complete log if the job has ended or is
 * followed, otherwise the part written so far. Omits the server's remarks, as logs.txt does, but
 * reports a removed log on stderr.
 */
async function printLog(logs: Logs, job: Job, of = { id: job.id, name: keyOf(job) }): Promise<void> {
  const { context, session, address, printer } = logs
  const { flags, output, signal } = context
  const { tail, follow: isFollowed } = flags
  const step = of.name
  printer.open(step)
  const now = isJobEnded(job) ? Number.POSITIVE_INFINITY : await bytesNow(logs, of)
  if (!isFollowed && now === 0) return
  const splitter = new LineSplitter()
  const lastLines: LogLine[] = []
  let isHistory = true
  let seen = 0
  const print = (lines: readonly LogLine[]) => printer.print(step, lines, { attempt: job.attempt ?? 1 })
  const take = async (lines: readonly LogLine[]) => {
    for (const { stream, line } of lines) if (stream === 'meta' && saysRemoved(line)) output.warn(`${step}: ${line}`)
    const wanted = lines.filter(({ stream }) => stream !== 'meta')
    if (tail === undefined || !isHistory) return print(wanted)
    appendLines(lastLines, wanted, tail)
  }
  const endHistory = async () => {
    isHistory = false
    if (tail !== undefined && tail > 0) await print(lastLines.splice(0).slice(-tail))
  }
  if (now === 0) await endHistory()
  for await (const event of streamLogs(session.client, of.id, { build: address, signal })) {
    if (event.stream !== 'meta') seen += event.bytes.length
    await take(splitter.push(chunkOf(event)))
    if (seen < now) continue
    if (!isFollowed) break
    // Printed before the next event, because the step may be silent for long.
    if (isHistory) await endHistory()
  }
  await take(splitter.rest())
  if (isHistory) await endHistory()
  if (!flags.failed || of.id !== job.id) return
  for (const tests of await serverTests(session.client, { ...address, job: job.id }, job.id, signal))
    printer.report(step, tests)
}

/** Returns the current size of a running job's log in bytes. */
async function bytesNow({ context, session }: Logs, { id }: Pick<Job, 'id'>): Promise<number> {
  const options = { signal: context.signal, headers: { range: 'bytes=0-0' } }
  try {
    const response = await session.client.getJobLogText({ job_id: id }, options)
    await response.body?.cancel()
    return Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? 0)
  } catch (error) {
    if (error instanceof CloudError && error.status === 416) return 0
    throw error
  }
}
