import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { BuildAddress, CloudClient, Job, Schemas } from '@harmont/cloud'
import { exits } from '../errors.ts'
import { LineSplitter } from '../events/line-splitter.ts'
import { buildAddress, findJob, isJobId } from '../server/address.ts'
import { type Session, signedIn } from '../server/session.ts'
import type { Output } from '../terminal/output.ts'
import { minute, printFacts, printTable, timeBetween } from '../terminal/table.ts'
import { logBytes } from './log-bytes.ts'

/** `hm job list`. */
export const list = signedIn<'job list'>(async (context, session) => {
  const { output, flags, global, signal } = context
  const address = await buildAddress(context, session, flags)
  const { data } = await session.client.listJobs(address, { signal })
  if (global.json) await output.json({ data })
  else await printJobs(output, data)
  return exits.ok
})

/** `hm job show`. */
export const show = signedIn<'job show'>(async (context, session) => {
  const { output, args, flags, global, signal } = context
  const address = await buildAddress(context, session, flags)
  const job = await findJob(context, session, address, args.job)
  if (global.json) {
    await output.json(job)
    return exits.ok
  }
  const waits = isWaiting(job) ? await waitSentences(session, address, signal) : undefined
  await printFacts(output, [
    ['job', job.id],
    ['step', job.step_key],
    ['name', job.name],
    ['build', `#${address.number} of ${address.org}/${address.pipeline}`],
    ['state', job.state],
    ['exit code', job.exit_code?.toString()],
    ['error', [job.error_code, job.error_message].filter((text) => text).join(': ')],
    ['attempt', job.attempt?.toString()],
    ['cached', job.cached === true ? 'yes' : undefined],
    ['waits', waits?.get(job.id) ?? job.wait_reason],
    ['skipped', job.skip_reason],
    ['command', job.command],
    ['started', minute(job.started_at)],
    ['took', timeBetween(job.started_at, job.finished_at)],
  ])
  return exits.ok
})

/** `hm job log`: prints the log so far. Accepts a job's id without pipeline and build. */
export const log = signedIn<'job log'>(async (context, session) => {
  const { output, args, flags, global, signal } = context
  const id = isJobId(args.job) && flags.build === undefined ? args.job : await findId()
  if (global.json) {
    const content = await text(logBytes(session.client, id, signal))
    await output.json({ job_id: id, content })
  } else await copyLog(session.client, id, output, signal)
  return exits.ok

  async function findId(): Promise<string> {
    const address = await buildAddress(context, session, flags)
    return (await findJob(context, session, address, args.job)).id
  }
})

/**
 * Copies a job's log so far to stdout: byte for byte, or line by line with control sequences made
 * inert on a terminal. Memory use does not depend on the log's size.
 */
async function copyLog(
  client: CloudClient,
  jobId: string,
  { stdout, print }: Output,
  signal: AbortSignal,
): Promise<void> {
  const bytes = logBytes(client, jobId, signal)
  if (!stdout.isTerminal) {
    for await (const chunk of bytes) if (!stdout.stream.write(chunk)) await once(stdout.stream, 'drain', { signal })
    return
  }
  const splitter = new LineSplitter()
  for await (const chunk of bytes)
    for (const { line } of splitter.push({ seq: 0, kind: 0, content: Buffer.from(chunk), ts: null })) await print(line)
  for (const { line } of splitter.rest()) await print(line)
}

function substitute({ substituted_image: image }: Job): string | undefined {
  return image ? `could not pull ${image}: used the runner's own tools instead` : undefined
}

/** Prints the jobs of a build, one per line. `waits` explains waiting jobs, by id. */
export async function printJobs(
  output: Output,
  jobs: readonly Job[],
  waits: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const rows = jobs.map((job) => [
    job.step_key ?? job.name ?? job.id,
    `${job.state}${job.soft_failed ? ' (soft)' : ''}${job.cached === true ? ' (cached)' : ''}`,
    job.exit_code === null || job.exit_code === undefined ? '' : String(job.exit_code),
    timeBetween(job.started_at, job.finished_at),
    job.error_message ?? substitute(job) ?? waits.get(job.id) ?? job.wait_reason ?? job.skip_reason ?? '',
  ])
  await printTable(output, ['STEP', 'STATE', 'EXIT', 'TOOK', 'WHY'], rows)
}

/** Whether a job has not been given to a runner. */
export function isWaiting({ state }: Job): boolean {
  return state === 'pending' || state === 'scheduled'
}

/**
 * Returns the wait reason of each waiting job in a build, in the server's words and with the
 * current holders, by the job's id.
 */
async function waitSentences(
  { client }: Session,
  address: BuildAddress,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { jobs } = await client.getBuildView(address, { signal })
  return sentencesOf(jobs)
}

/** Returns the wait reasons of jobs that were already read, by the job's id. */
export function sentencesOf(jobs: readonly Schemas['JobView'][]): ReadonlyMap<string, string> {
  return new Map(
    jobs.flatMap(({ id, waiting }) => {
      if (!waiting) return []
      const holders = waiting.refs
        .filter(({ kind }) => kind === 'holder')
        .map(({ name, job_id, pipeline_slug, build_number }) =>
          job_id === null ? name : `${name} in ${pipeline_slug} #${build_number}`,
        )
      const now = holders.length === 0 ? '' : ` Now: ${holders.join(', ')}.`
      return [[id, `${waiting.message.replace(/^Waiting /, '')}${now}`] as const]
    }),
  )
}
