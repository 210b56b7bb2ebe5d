import { type BuildAddress, type CloudClient, CloudError, streamLogs } from '@harmont/cloud'
import { LineSplitter, type LogLine } from '../events/line-splitter.ts'

const kinds = { stdout: 0, stderr: 1, meta: 2 } as const

/** A job's log line by line, until the job has ended. Where a stream cannot be had, what it has not told is read when `ended` resolves. */
export async function* jobLogLines(
  client: CloudClient,
  jobId: string,
  options: { readonly build: BuildAddress; readonly signal: AbortSignal; readonly ended: Promise<unknown> },
): AsyncGenerator<LogLine[]> {
  const { build, signal, ended } = options
  const splitter = new LineSplitter()
  let told = 0
  try {
    for await (const { seq, stream, bytes, ts } of streamLogs(client, jobId, { build, signal })) {
      if (stream !== 'meta') told += bytes.length
      const at = ts === null ? null : BigInt(ts) * 1_000_000n
      yield splitter.push({ seq, kind: kinds[stream], content: Buffer.from(bytes), ts: at })
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof CloudError)) throw error
    await ended
    const range = told === 0 ? {} : { range: `bytes=${told}-` }
    const rest = await client.getJobLogText({ job_id: jobId }, { signal, headers: range }).catch((failure: unknown) => {
      // All of it was told before the stream broke.
      if (failure instanceof CloudError && failure.status === 416) return undefined
      throw failure
    })
    const now = BigInt(Date.now()) * 1_000_000n
    for await (const content of rest?.body ?? [])
      yield splitter.push({ seq: 0, kind: 0, content: Buffer.from(content), ts: now })
  }
  yield splitter.rest()
}
