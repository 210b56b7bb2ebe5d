import type pg from 'pg'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import type { JobLogs, OpenLog } from '../../builds/logs/job-logs.ts'
import { requireBuild } from '../../builds/records/require-build.ts'
import { apiError, type Handlers, operation, queryError, uuidOrNone } from '../../platform/http/index.ts'
import { presentLog, presentPage } from './present-log.ts'
import { type LineRun, readLines } from './read-lines.ts'
import { findBuildOfJob } from './require-log.ts'
import { readSearch } from './search/query.ts'
import { Searches } from './search/searches.ts'

/** The operations that read a log by line. */
export type LineOperation = 'readJobLog' | 'readJobLogLines' | 'searchJobLog'

interface LineRouteServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
}

/** The routes for reading logs by line. The log of a rendering is read like that of a step. */
export function lineRoutes({ pool, engine: { logs } }: LineRouteServices): Pick<Handlers, LineOperation> {
  const searches = new Searches(logs)
  const requireLog = async (organizationId: string, params: JobPath): Promise<string> => {
    const { build } = await requireBuild(pool, organizationId, params)
    const jobId = uuidOrNone(params.job_id)
    if ((await findBuildOfJob(pool, jobId)) !== build.id)
      throw apiError('job_not_found', 'Job not found in this build.')
    return jobId
  }
  const open = async (organizationId: string, params: JobPath): Promise<OpenLog> =>
    logs.open(await requireLog(organizationId, params))
  return {
    readJobLog: operation('readJobLog', async ({ membership, params, query: { at, limit } }) => {
      const place = readPlace(at)
      const log = await open(membership.organizationId, params)
      return { status: 200, body: presentLog(log, await readPage(logs, log, place, limit)) }
    }),
    readJobLogLines: operation('readJobLogLines', async ({ membership, params, query: { from = 1, limit } }) => {
      const log = await open(membership.organizationId, params)
      return { status: 200, body: presentPage(log, await readLines(logs, log, Math.max(1, from), limit)) }
    }),
    searchJobLog: operation('searchJobLog', async ({ membership, params, query, signal }) => {
      const { from = 1, limit } = query
      const search = readSearch(query)
      const jobId = await requireLog(membership.organizationId, params)
      return { status: 200, body: await searches.search(jobId, search, Math.max(1, from), limit, signal) }
    }),
  }
}

interface JobPath {
  readonly pipeline: string
  readonly number: number
  readonly job_id: string
}

type Place = 'error' | 'tail' | number

/** Parses the start of a page. Throws 400 for an unknown value. */
function readPlace(at: string | undefined): Place {
  if (at === undefined) return 1
  if (at === 'error' || at === 'tail') return at
  if (/^\d{1,15}$/.test(at)) return Math.max(1, Number(at))
  throw queryError('at', 'must be `error`, `tail` or the number of a line')
}

/** Reads a page; reads the end of the log if there is no error, or the line does not exist yet. */
function readPage(logs: JobLogs, log: OpenLog, place: Place, limit: number): Promise<LineRun> {
  const line = place === 'error' ? (log.index.errors[0] ?? 'tail') : place
  if (line === 'tail' || line > log.index.totalLines) return readTail(logs, log, limit)
  return readAround(logs, log, line, limit)
}

/** The part of a page before its target line. */
const before = 1 / 3

/** Reads a page with the target line at about a third, even if only few lines fit. */
async function readAround(logs: JobLogs, log: OpenLog, line: number, limit: number): Promise<LineRun> {
  return readWith(logs, log, Math.max(1, line - Math.floor(limit * before)), line, limit)
}

/** Reads the last lines of a log. */
async function readTail(logs: JobLogs, log: OpenLog, limit: number): Promise<LineRun> {
  const { totalLines } = log.index
  return readWith(logs, log, Math.max(1, totalLines - limit + 1), totalLines, limit)
}

/** Reads a page that begins at `from`, or later if it would not contain the target line. */
async function readWith(logs: JobLogs, log: OpenLog, from: number, line: number, limit: number): Promise<LineRun> {
  const run = await readLines(logs, log, from, limit)
  if (from >= line || from + run.lines.length > line) return run
  return readWith(logs, log, from + Math.ceil((line - from) / 2), line, limit)
}
