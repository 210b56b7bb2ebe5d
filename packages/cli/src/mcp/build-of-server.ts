import { type BuildAddress, isEnded, type Schemas } from '@harmont/cloud'
import { listedArtifact, ofLastAttempts, openOnServer, serverArtifacts } from '../artifacts/server-artifacts.ts'
import { besideJob } from '../builds/beside.ts'
import { reasonOnServer } from '../builds/explain-cache.ts'
import { sentencesOf } from '../builds/jobs.ts'
import { keyOf } from '../builds/map-server-job.ts'
import { failedTest, forksOf } from '../builds/tests.ts'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import type { Session } from '../server/session.ts'
import { endingText, likelyCause } from '../view/failure/likely-cause.ts'
import type { LogPart, LogWish, SeenBuild, SeenFailure, SeenStep, SeenTests } from './seen-build.ts'

type JobView = Schemas['JobView']

/** Lines shown before and after the line of a failure. */
const before = 5
const shownLines = 24
/** Maximum number of failed tests requested; an answer has no room for more. */
const mostTests = 100
/** Maximum number of lines returned by a search. */
const mostHits = 30

/**
 * Reads a build of the server in the form that tools use. The server sends only the requested lines
 * of a log.
 */
export async function buildOfServer(
  { signal }: Pick<Context, 'signal'>,
  session: Session,
  address: BuildAddress,
): Promise<SeenBuild> {
  const { client } = session
  const { build, jobs } = await client.getBuildView(address, { signal })
  const waits = sentencesOf(jobs)
  const jobOf = ({ number }: SeenStep): JobView => {
    const job = jobs[number - 1]
    if (job === undefined) throw new Error('expected a build to have its own step')
    return job
  }
  const log = { session, address, signal }
  return {
    named: `build #${address.number} on the server`,
    call: { build: address.number, pipeline: address.pipeline },
    state: build.state,
    isOver: isEnded(build),
    message: build.error_message ?? null,
    steps: jobs.map(seenStep),
    failure: async (step) => failureOf(log, await explained(log, jobOf(step))),
    log: async (step, wish) => {
      const id = attemptOf(jobOf(step), wish)
      const { beside } = wish
      if (beside === undefined) return logPart(log, id, wish)
      const job = { ...address, job_id: id }
      return logPart(log, await besideJob(session, job, { step: step.key, name: beside }, signal), wish)
    },
    tests: () => testsOf(log, jobs),
    why: async (step) => waits.get(jobOf(step).id) ?? reasonOnServer(jobOf(step)),
    artifacts: async () => {
      const all = ofLastAttempts(await serverArtifacts(session, address, { signal })).map(listedArtifact)
      return all.map((artifact) => ({ ...artifact, open: openOnServer(session, address, artifact.id, { signal }) }))
    },
    readAgain: () => buildOfServer({ signal }, session, address),
  }
}

function seenStep(job: JobView, index: number): SeenStep {
  const { state, started_at, finished_at, soft_failed: softFailed } = job
  const hasFailed = state === 'failed' || state === 'timed_out'
  return {
    number: index + 1,
    key: keyOf(job),
    state,
    isFailure: hasFailed && !softFailed,
    softFailed,
    attempt: job.attempt ?? 1,
    command: job.command ?? null,
    durationMs: started_at && finished_at ? Date.parse(finished_at) - Date.parse(started_at) : null,
    ending: hasFailed ? endingText(endingOf(job, [])) : null,
    // An older server runs no services.
    services: job.services ?? [],
  }
}

/** Returns the data that describes a job's end. Test reports are described separately. */
function endingOf({ state, exit_code, error_code, error_message }: JobView, tail: string[]) {
  const told = { exitCode: exit_code ?? null, errorCode: error_code ?? null, message: error_message ?? null }
  return { ...told, state: state as 'failed', tail, found: null, tests: null }
}

interface Logs {
  readonly session: Session
  readonly address: BuildAddress
  readonly signal: AbortSignal
}

/**
 * Returns the job with the server's details of its failure. A view contains them for the first few
 * failed jobs, and for one requested job.
 */
async function explained({ session, address, signal }: Logs, job: JobView): Promise<JobView> {
  if (job.failure === null || job.failure.tail.length > 0) return job
  const { jobs } = await session.client.getBuildView({ ...address, failed: job.id }, { signal })
  return jobs.find(({ id }) => id === job.id) ?? job
}

async function failureOf(log: Logs, job: JobView): Promise<SeenFailure> {
  const { failure } = job
  if (failure === null) return { counts: { tests: 0, errors: 0 }, reports: [], cause: null, excerpt: [] }
  // An older server does not read reports.
  const { reports: found = [], failed_tests: tests = 0, other_errors: errors = 0 } = failure
  const reports = found.map(({ log_line: logLine, verdict, new: isNew, ...report }) => ({
    ...report,
    logLine,
    note: [isNew === true && 'new here', verdict].filter((part) => typeof part === 'string').join(', ') || null,
  }))
  const at = reports[0]?.logLine ?? failure.first_error_line
  const around = { beside: undefined, from: at === null ? undefined : Math.max(1, at - before), limit: shownLines }
  const excerpt = job.started_at
    ? await logPart(log, job.id, { ...around, search: undefined, attempt: undefined })
    : null
  const lines = excerpt?.lines.map(({ text }) => text) ?? []
  return {
    counts: { tests, errors },
    reports,
    cause: failure.hint ?? likelyCause(endingOf(job, lines)),
    excerpt: lines,
  }
}

function attemptOf({ id, attempts, attempt: newest }: JobView, { attempt }: LogWish): string {
  if (attempt === undefined || attempt === (newest ?? 1)) return id
  const found = attempts.find(({ number }) => number === attempt)
  if (found !== undefined) return found.job_id
  throw new HmError(exits.notFound, 'job_not_found', `the step has no attempt ${attempt}`)
}

async function logPart(
  { session: { client }, address, signal }: Logs,
  job_id: string,
  wish: LogWish,
): Promise<LogPart> {
  const { from, search, limit } = wish
  const job = { ...address, job_id }
  if (search !== undefined) return searched(client, job, { q: search, from: from ?? 1, signal })
  const page =
    from === undefined
      ? (await client.readJobLog({ ...job, at: 'tail', limit }, { signal })).page
      : await client.readJobLogLines({ ...job, from, limit }, { signal })
  return { lines: linesOf(page), total: page.total_lines }
}

function linesOf({ from, lines }: Schemas['LogPage']) {
  return lines.map(([, , text], index) => ({ number: from + index, text: String(text) }))
}

type Client = Session['client']
type JobAddress = BuildAddress & { readonly job_id: string }

async function searched(
  client: Client,
  job: JobAddress,
  { q, from, signal }: { readonly q: string; readonly from: number; readonly signal: AbortSignal },
): Promise<LogPart> {
  const { hits } = await client.searchJobLog({ ...job, q, from, limit: mostHits }, { signal })
  const pages = await Promise.all(
    hits.map(({ line }) => client.readJobLogLines({ ...job, from: line, limit: 1 }, { signal })),
  )
  const total =
    pages[0]?.total_lines ?? (await client.readJobLogLines({ ...job, from: 1, limit: 1 }, { signal })).total_lines
  return { lines: pages.flatMap(linesOf), total }
}

async function testsOf({ session: { client }, address, signal }: Logs, jobs: readonly JobView[]): Promise<SeenTests> {
  const { data, counts, reports } = await client.listBuildTests(
    { ...address, state: 'failed', limit: mostTests },
    { signal },
  )
  const keys = new Map(jobs.map((job) => [job.id, keyOf(job)]))
  const tests = data.map((test) => ({ ...failedTest(test, keys), forks: forksOf(test) }))
  const { passed, failed, errored, skipped } = counts
  return { tests, counts: { passed, failed: failed + errored, skipped }, isReported: reports.length > 0 }
}
