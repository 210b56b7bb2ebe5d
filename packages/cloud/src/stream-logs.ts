import type { CloudClient } from './client.ts'
import { CloudError } from './cloud-error.ts'
import { followPatienceMs, Patience } from './patience.ts'
import { readEvents, type ServerEvent } from './read-events.ts'

export interface LogChunk {
  /** Counts from 1 within a job, without gaps. */
  readonly seq: number
  /** `meta`: a remark of the server. */
  readonly stream: 'stdout' | 'stderr' | 'meta'
  /** The exact bytes. */
  readonly bytes: Uint8Array
  /** Unix milliseconds; null if unknown to the server. */
  readonly ts: number | null
}

export interface BuildAddress {
  readonly org: string
  readonly pipeline: string
  readonly number: number
}

export interface StreamLogsOptions {
  /** The build of the job, for servers that require a build's token for logs. */
  readonly build?: BuildAddress
  /** Yields only later chunks. Default: 0. */
  readonly after?: number
  readonly signal?: AbortSignal
  /** Default: 45,000. The server sends an event or a heartbeat at least every 15 s. */
  readonly silenceMs?: number
  /** How long to retry while the server does not answer. Default: 5 minutes. */
  readonly patienceMs?: number
}

/**
 * Yields a job's log from beginning to end, as it is written. Reopens a connection that breaks or
 * falls silent, and yields each chunk once, in order. Ends when the job has ended and its log is
 * complete. Throws CloudError, or the signal's reason.
 */
export async function* streamLogs(
  client: CloudClient,
  jobId: string,
  options: StreamLogsOptions = {},
): AsyncGenerator<LogChunk> {
  const { build, signal, silenceMs = 45_000, patienceMs = followPatienceMs } = options
  const patience = new Patience(patienceMs, signal)
  const access = new LogAccess(client, build, signal)
  let last = options.after ?? 0
  for (;;) {
    try {
      const response = await access.open(jobId, last)
      const openedAt = performance.now()
      // A log may be silent for longer than the patience lasts. Heartbeats also show that the
      // server answers, unless it cuts each stream shortly after its beginning.
      const heard = () => {
        if (performance.now() - openedAt >= silenceMs / 3) patience.wentWell()
      }
      for await (const event of readEvents(response, silenceMs, heard)) {
        if (event.event === 'done') return
        for (const chunk of chunksOf(event)) {
          if (chunk.seq <= last) continue
          last = chunk.seq
          patience.wentWell()
          yield chunk
        }
      }
      throw new CloudError('stream_broken', `the log of job ${jobId} was cut off`, { status: 0 })
    } catch (error) {
      await patience.afterFailure(error)
    }
  }
}

/** Opens logs with the client's credential, and with a build's token if the server requires one. */
class LogAccess {
  readonly #client: CloudClient
  readonly #build: BuildAddress | undefined
  readonly #signal: AbortSignal | undefined
  #token: { readonly text: string; readonly renewAt: number } | undefined

  constructor(client: CloudClient, build: BuildAddress | undefined, signal: AbortSignal | undefined) {
    this.#client = client
    this.#build = build
    this.#signal = signal
  }

  async open(jobId: string, after: number): Promise<Response> {
    if (this.#token !== undefined) return this.#request(jobId, after, await this.#freshToken(this.#token))
    try {
      return await this.#request(jobId, after)
    } catch (error) {
      const isAsked = error instanceof CloudError && error.code === 'log_stream_unauthorized'
      if (!isAsked || this.#build === undefined) throw error
      return this.#request(jobId, after, await this.#freshToken(undefined))
    }
  }

  #request(jobId: string, after: number, token?: string): Promise<Response> {
    const input = { job_id: jobId, ...(token === undefined ? {} : { token }) }
    const headers = { accept: 'text/event-stream', ...(after > 0 ? { 'last-event-id': String(after) } : {}) }
    return this.#client.streamJobLogs(input, { headers, attempts: 1, ...this.#options() })
  }

  async #freshToken(token: { readonly text: string; readonly renewAt: number } | undefined): Promise<string> {
    if (token !== undefined && Date.now() < token.renewAt) return token.text
    if (this.#build === undefined) throw new Error('a log token requires a build address')
    const minted = await this.#client.getBuildLogToken(this.#build, this.#options())
    this.#token = { text: minted.token, renewAt: Date.parse(minted.expires_at) - 5 * 60_000 }
    return minted.token
  }

  #options() {
    return this.#signal === undefined ? {} : { signal: this.#signal }
  }
}

interface WireChunk {
  readonly seq: number
  readonly stream_kind: number
  readonly content: string
  readonly content_b64?: string
  readonly ts: number | null
}

function chunksOf({ event, data }: ServerEvent): LogChunk[] {
  const wire =
    event === 'history' ? (data as { chunks: WireChunk[] }).chunks : event === 'chunk' ? [data as WireChunk] : []
  return wire.map(({ seq, stream_kind, content, content_b64, ts }) => ({
    seq,
    stream: stream_kind === 0 ? 'stdout' : stream_kind === 1 ? 'stderr' : 'meta',
    bytes: content_b64 === undefined ? Buffer.from(content) : Buffer.from(content_b64, 'base64'),
    ts: ts === null ? null : Math.floor(ts / 1_000_000),
  }))
}
