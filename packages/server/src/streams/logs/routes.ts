import { Readable } from 'node:stream'
import type pg from 'pg'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { requireBuild } from '../../builds/records/require-build.ts'
import type { AccessWatch } from '../../identity/access/access-watch.ts'
import { type Handlers, operation, type Reply } from '../../platform/http/index.ts'
import {
  type ByteRange,
  growingRangeHeaders,
  isNotModified,
  openRangeStart,
  rangeHeaders,
  readRange,
} from '../../platform/input/byte-range.ts'
import { streamHeaders } from '../event-streams/frames.ts'
import { StreamSeats } from '../event-streams/stream-seats.ts'
import { withHeartbeats } from '../event-streams/with-heartbeats.ts'
import { disposition } from './download-name.ts'
import { LogReads } from './follow-log.ts'
import { type LineOperation, lineRoutes } from './line-routes.ts'
import { logEvents, resumeAfter } from './log-events.ts'
import { followText, logText } from './log-text.ts'
import { type LogTokenSecrets, makeLogToken } from './log-token.ts'
import { plainText } from './plain-text.ts'
import { type ReadableLog, requireLog } from './require-log.ts'
import { findLogName } from './store.ts'

export interface JobLogServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly logTokenSecrets: LogTokenSecrets
  /** Aborted when the server closes its streams: at the end of its drain time. */
  readonly closing: AbortSignal
  readonly accessWatch: AccessWatch
}

/** Logs of jobs, and the tokens that open them. */
export function jobLogRoutes(
  services: JobLogServices,
): Pick<Handlers, 'getBuildLogToken' | 'streamJobLogs' | 'getJobLogText' | LineOperation> {
  const { pool, engine, logTokenSecrets, closing, accessWatch } = services
  const reads = new LogReads(engine.logs)
  const seats = new StreamSeats()
  /** Opens a stream that has a seat, and is open while its reader may read. */
  const follow = (
    { method, signal }: StreamContext,
    { buildId, holder }: ReadableLog,
    events: (stop: AbortSignal) => AsyncIterable<string | Uint8Array>,
  ) => {
    const leave = method === 'GET' ? seats.take(buildId) : () => {}
    return () => {
      const stop = AbortSignal.any([signal, closing])
      const reading = holder === null ? { signal: stop, end: () => {} } : accessWatch.watch(holder, stop)
      return Readable.from(events(reading.signal)).once('close', () => {
        reading.end()
        leave()
      })
    }
  }
  return {
    ...lineRoutes(services),
    getBuildLogToken: operation('getBuildLogToken', async ({ membership, params, caller }) => {
      const { build } = await requireBuild(pool, membership.organizationId, params)
      const { token, expiresAt } = makeLogToken(logTokenSecrets.current, build.id, new Date(), caller)
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
        isLive: true,
        open: follow(context, readable, (stop) => withHeartbeats(logEvents(reads, readable.jobId, after, stop))),
      }
    }),
    getJobLogText: operation('getJobLogText', async (context) => {
      const { params, query, credential, header } = context
      const shown = { token: query.token, credential }
      const readable = await requireLog(pool, logTokenSecrets, shown, params.job_id)
      const { jobId } = readable
      // The end first: what is counted after it is all there will be.
      const isComplete = await reads.isOver(jobId)
      const isRemoved = isComplete && (await engine.logs.isRemoved(jobId))
      // An empty text would say that the command wrote nothing.
      const form = { withRemarks: query.meta === '1' || isRemoved, isPlain: query.plain === '1' }
      const name = query.download === '1' ? disposition(await findLogName(pool, jobId)) : null
      const start = isComplete || form.withRemarks || form.isPlain ? null : openRangeStart(header('range'))
      if (start !== null) {
        return {
          status: 206,
          mediaType: 'text/plain',
          headers: { ...textFacts(false, name), ...growingRangeHeaders(start) },
          isLive: true,
          open: follow(context, readable, (stop) => followText(reads, jobId, start, stop)),
        }
      }
      const { lastSeq, bytes } = await engine.logs.size(jobId)
      return textReply(reads, { jobId, isComplete, lastSeq, bytes, ...form, name }, header)
    }),
  }
}

interface StreamContext {
  readonly method: string
  readonly signal: AbortSignal
}

interface LogState {
  readonly jobId: string
  readonly isComplete: boolean
  readonly lastSeq: number
  readonly bytes: number
  readonly withRemarks: boolean
  /** Without escape sequences. */
  readonly isPlain: boolean
  /** The header that makes it a download; null when it is none. */
  readonly name: string | null
}

function textReply(reads: LogReads, log: LogState, header: (name: string) => string | null): Reply<'getJobLogText'> {
  const { jobId, isComplete, lastSeq, bytes, withRemarks, isPlain, name } = log
  const etag = `"${jobId}-${lastSeq}${withRemarks ? '-meta' : ''}${isPlain ? '-plain' : ''}"`
  const facts = { ...textFacts(isComplete, name), ...(isComplete ? { etag } : {}) }
  if (isComplete && isNotModified(header('if-none-match'), etag)) return { status: 304, headers: facts }
  const open = (range: ByteRange | null) => () => {
    const text = logText(reads, jobId, { lastSeq, bytes, range, withRemarks })
    return Readable.from(isPlain ? plainText(text) : text)
  }
  // How long these forms are is not kept, so they have no ranges.
  if (withRemarks || isPlain) return { status: 200, headers: facts, mediaType: 'text/plain', open: open(null) }
  const range = readRange(header('range'), bytes, facts)
  const headers = { ...facts, ...rangeHeaders(range, bytes) }
  return { status: range === null ? 200 : 206, headers, mediaType: 'text/plain', open: open(range) }
}

function textFacts(isComplete: boolean, name: string | null): Record<string, string> {
  const type = { 'content-type': 'text/plain; charset=utf-8', 'harmont-log-complete': String(isComplete) }
  return name === null ? type : { ...type, 'content-disposition': name }
}
