import { Readable } from 'node:stream'
import type pg from 'pg'
import type { Logger } from 'pino'
import { requireBuild } from '../builds/require-build.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { streamHeaders } from '../event-streams/frames.ts'
import { StreamSeats } from '../event-streams/stream-seats.ts'
import { whileMember } from '../event-streams/while-member.ts'
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
import { type ReadableLog, requireLog } from './require-log.ts'

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
  /** Opens a stream that has a seat, and is open while its reader may read. */
  const follow = (
    { method, log, signal }: StreamContext,
    { buildId, reader }: ReadableLog,
    events: (stop: AbortSignal) => AsyncIterable<string | Uint8Array>,
  ) => {
    const leave = method === 'GET' ? seats.take(buildId) : () => {}
    return () => {
      const stop = AbortSignal.any([signal, closing])
      const reading = reader === null ? { signal: stop, end: () => {} } : whileMember({ pool, log }, reader, stop)
      return Readable.from(events(reading.signal)).once('close', () => {
        reading.end()
        leave()
      })
    }
  }
  return {
    getBuildLogToken: operation('getBuildLogToken', async ({ membership, params }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const { token, expiresAt } = makeLogToken(logTokenSecrets.current, build.id, new Date())
      return { status: 200, body: { token, expires_at: expiresAt.toISOString().replace('.000Z', 'Z') } }
    }),
    streamJobLogs: operation('streamJobLogs', async (context) => {
      const { params, query, credential, header } = context
      const shown = { token: query.token, credential }
      const readable = await requireLog(pool, logTokenSecrets, shown, params.job_id)
      const after = resumeAfter(header('last-event-id') ?? query.last_event_id ?? null)
      return {
        status: 200,
        mediaType: 'text/event-stream',
        headers: streamHeaders,
        open: follow(context, readable, (stop) => logEvents(reads, readable.jobId, after, stop)),
      }
    }),
    getJobLogText: operation('getJobLogText', async (context) => {
      const { params, query, credential, header } = context
      const shown = { token: query.token, credential }
      const readable = await requireLog(pool, logTokenSecrets, shown, params.job_id)
      const { jobId } = readable
      // The end first: what is counted after it is all there will be.
      const isComplete = await reads.isOver(jobId)
      const start = isComplete || query.meta === '1' ? null : openRangeStart(header('range'))
      if (start !== null) {
        return {
          status: 206,
          mediaType: 'text/plain',
          headers: { ...textFacts(false), ...growingRangeHeaders(start) },
          open: follow(context, readable, (stop) => followText(reads, jobId, start, stop)),
        }
      }
      const { lastSeq, bytes } = await engine.store.size(jobId)
      return textReply(reads, { jobId, isComplete, lastSeq, bytes, withRemarks: query.meta === '1' }, header)
    }),
  }
}

interface StreamContext {
  readonly method: string
  readonly log: Logger
  readonly signal: AbortSignal
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
