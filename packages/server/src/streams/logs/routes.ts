import { Readable } from 'node:stream'
import type pg from 'pg'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { requireBuild } from '../../builds/records/require-build.ts'
import { type Handlers, operation, type Reply } from '../../platform/http/index.ts'
import {
  type ByteRange,
  growingRangeHeaders,
  isNotModified,
  openRangeStart,
  rangeHeaders,
  readRange,
} from '../../platform/input/byte-range.ts'
import { eventStream } from '../event-streams/frames.ts'
import { type StreamServices, streamOpener } from '../event-streams/open-stream.ts'
import { withHeartbeats } from '../event-streams/with-heartbeats.ts'
import { disposition, findLogName } from './download-name.ts'
import { LogReads } from './follow-log.ts'
import { type LineOperation, lineRoutes } from './line-routes.ts'
import { logEvents, resumeAfter } from './log-events.ts'
import { followText, logText, plainText } from './log-text.ts'
import { type LogTokenSecrets, makeLogToken } from './log-token.ts'
import { requireLog } from './require-log.ts'

export interface JobLogServices extends StreamServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly logTokenSecrets: LogTokenSecrets
}

/** The routes of jobs' logs, and of log tokens. */
export function jobLogRoutes(
  services: JobLogServices,
): Pick<Handlers, 'getBuildLogToken' | 'streamJobLogs' | 'getJobLogText' | LineOperation> {
  const { pool, engine, logTokenSecrets } = services
  const reads = new LogReads(engine.logs)
  const openStream = streamOpener(services)
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
      const { jobId, buildId, holder } = await requireLog(pool, logTokenSecrets, shown, params.job_id)
      const after = resumeAfter(header('last-event-id') ?? query.last_event_id ?? null)
      const events = (signal: AbortSignal) => withHeartbeats(logEvents(reads, jobId, after, signal))
      return eventStream(openStream(context, { owner: buildId, holder, events }))
    }),
    getJobLogText: operation('getJobLogText', async (context) => {
      const { params, query, credential, header } = context
      const shown = { token: query.token, credential }
      const { jobId, buildId, holder } = await requireLog(pool, logTokenSecrets, shown, params.job_id)
      // Reads the end first: if the job had ended then, the size read afterwards is final.
      const isComplete = await reads.isOver(jobId)
      const isRemoved = isComplete && (await engine.logs.isRemoved(jobId))
      // An empty text would mean that the command wrote nothing.
      const form = { withRemarks: query.meta === '1' || isRemoved, isPlain: query.plain === '1' }
      const name = query.download === '1' ? disposition(await findLogName(pool, jobId)) : null
      const start = isComplete || form.withRemarks || form.isPlain ? null : openRangeStart(header('range'))
      if (start !== null) {
        return {
          status: 206,
          mediaType: 'text/plain',
          headers: { ...textFacts(false, name), ...growingRangeHeaders(start) },
          isLive: true,
          open: openStream(context, {
            owner: buildId,
            holder,
            events: (signal) => followText(reads, jobId, start, signal),
          }),
        }
      }
      const { lastSeq, bytes } = await engine.logs.size(jobId)
      return textReply(reads, { jobId, isComplete, lastSeq, bytes, ...form, name }, header)
    }),
  }
}

interface LogState {
  readonly jobId: string
  readonly isComplete: boolean
  readonly lastSeq: number
  readonly bytes: number
  readonly withRemarks: boolean
  /** Without escape sequences. */
  readonly isPlain: boolean
  /** The header for a download; null for other requests. */
  readonly name: string | null
}

function textReply(reads: LogReads, log: LogState, header: (name: string) => string | null): Reply<'getJobLogText'> {
  const { jobId, isComplete, lastSeq, bytes, withRemarks, isPlain, name } = log
  const etag = `"${jobId}-${lastSeq}${withRemarks ? '-meta' : ''}${isPlain ? '-plain' : ''}"`
  const facts = { ...textFacts(isComplete, name), ...(isComplete ? { etag } : {}) }
  if (isComplete && isNotModified(header('if-none-match'), etag)) return { status: 304, headers: facts }
  const open = (range: ByteRange | null) => () => {
    const text = logText(reads, jobId, { lastSeq, range, withRemarks })
    return Readable.from(isPlain ? plainText(text) : text)
  }
  // The length of these forms is unknown, so they do not support ranges.
  if (withRemarks || isPlain) return { status: 200, headers: facts, mediaType: 'text/plain', open: open(null) }
  const range = readRange(header('range'), bytes, facts)
  const headers = { ...facts, ...rangeHeaders(range, bytes) }
  return { status: range === null ? 200 : 206, headers, mediaType: 'text/plain', open: open(range) }
}

function textFacts(isComplete: boolean, name: string | null): Record<string, string> {
  const type = { 'content-type': 'text/plain; charset=utf-8', 'harmont-log-complete': String(isComplete) }
  return name === null ? type : { ...type, 'content-disposition': name }
}
