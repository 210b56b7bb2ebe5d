import { Readable } from 'node:stream'
import type pg from 'pg'
import { requireBuild } from '../builds/require-build.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { streamHeaders } from '../event-streams/frames.ts'
import { StreamSeats } from '../event-streams/stream-seats.ts'
import { type Handlers, operation, type Reply } from '../http/index.ts'
import {
  type ByteRange,
  growingRangeHeaders,
  isNotModified,
  openRangeStart,
  rangeHeaders,
  readRange,
} from '../input/byte-range.ts'
import { logEvents, resumeAfter } from './event-stream.ts'
import { LogReads } from './log-follower.ts'
import { followText, logText } from './log-text.ts'
import { type LogTokenSecrets, makeLogToken } from './log-token.ts'
import { requireLog } from './require-log.ts'

export interface JobLogServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly logTokenSecrets: LogTokenSecrets
  /** Aborted when the server closes its streams: at the end of its drain time. */
  readonly closing: AbortSignal
}

/** Logs of jobs, and the tokens that open them. */
export function jobLogRoutes(
  services: JobLogServices,
): Pick<Handlers, 'getBuildLogToken' | 'streamJobLogs' | 'getJobLogText'> {
  const { pool, engine, logTokenSecrets, closing } = services
  const reads = new LogReads({ pool, store: engine.store })
  const seats = new StreamSeats()
  return {
    getBuildLogToken: operation('getBuildLogToken', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const { token, expiresAt } = makeLogToken(logTokenSecrets.current, build.id, new Date())
      return { status: 200, body: { token, expires_at: expiresAt.toISOString().replace('.000Z', 'Z') } }
    }),
    streamJobLogs: operation('streamJobLogs', async ({ method, params, query, credential, header, signal }) => {
      const { jobId, buildId } = await requireLog(
        pool,
        logTokenSecrets,
        { token: query.token, credential },
        params.job_id,
      )
      const after = resumeAfter(header('last-event-id') ?? query.last_event_id ?? null)
      const leave = method === 'GET' ? seats.take(buildId) : () => {}
      return {
        status: 200,
        mediaType: 'text/event-stream',
        headers: streamHeaders,
        open() {
          return Readable.from(logEvents(reads, jobId, after, AbortSignal.any([signal, closing]))).once('close', leave)
        },
      }
    }),
    getJobLogText: operation('getJobLogText', async ({ method, params, query, credential, header, signal }) => {
      const { jobId, buildId } = await requireLog(
        pool,
        logTokenSecrets,
        { token: query.token, credential },
        params.job_id,
      )
      // The end first: what is counted after it is all there will be.
      const isComplete = await reads.isOver(jobId)
      const start = isComplete || query.meta === '1' ? null : openRangeStart(header('range'))
      if (start !== null) {
        const leave = method === 'GET' ? seats.take(buildId) : () => {}
        const stop = AbortSignal.any([signal, closing])
        return {
          status: 206,
          mediaType: 'text/plain',
          headers: { ...textFacts(false), ...growingRangeHeaders(start) },
          open: () => Readable.from(followText(reads, jobId, start, stop)).once('close', leave),
        }
      }
      const { lastSeq, bytes } = await engine.store.size(jobId)
      return textReply(reads, { jobId, isComplete, lastSeq, bytes, withRemarks: query.meta === '1' }, header)
    }),
  }
}

interface LogState {
  readonly jobId: string
  readonly isComplete: boolean
  readonly lastSeq: number
  readonly bytes: number
  readonly withRemarks: boolean
}

function textReply(reads: LogReads, log: LogState, header: (name: string) => string | null): Reply<'getJobLogText'> {
  const { jobId, isComplete, lastSeq, bytes, withRemarks } = log
  const etag = `"${jobId}-${lastSeq}${withRemarks ? '-meta' : ''}"`
  const facts = { ...textFacts(isComplete), ...(isComplete ? { etag } : {}) }
  if (isComplete && isNotModified(header('if-none-match'), etag)) return { status: 304, headers: facts }
  const open = (range: ByteRange | null) => () => Readable.from(logText(reads, jobId, { lastSeq, range, withRemarks }))
  // How long it is with the remarks is not kept, so that form has no ranges.
  if (withRemarks) return { status: 200, headers: facts, mediaType: 'text/plain', open: open(null) }
  const range = readRange(header('range'), bytes, facts)
  const headers = { ...facts, ...rangeHeaders(range, bytes) }
  return { status: range === null ? 200 : 206, headers, mediaType: 'text/plain', open: open(range) }
}

function textFacts(isComplete: boolean): Record<string, string> {
  return { 'content-type': 'text/plain; charset=utf-8', 'harmont-log-complete': String(isComplete) }
}
