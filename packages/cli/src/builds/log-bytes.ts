import { type CloudClient, CloudError } from '@harmont/cloud'
import { type OpenBytes, steadyBytes } from '../artifacts/steady-bytes.ts'

/**
 * Yields the bytes of a job's log from `from` to its end so far. Resumes after a broken connection.
 * Throws CloudError, or the signal's reason.
 */
export async function* logBytes(
  client: CloudClient,
  jobId: string,
  signal: AbortSignal,
  from = 0,
): AsyncGenerator<Uint8Array> {
  const open: OpenBytes = async (at) => {
    const headers: Readonly<Record<string, string>> = at === 0 ? {} : { range: `bytes=${at}-` }
    try {
      const { status, body } = await client.getJobLogText({ job_id: jobId }, { headers, signal, attempts: 1 })
      return { start: status === 206 ? at : 0, bytes: body ?? noBytes() }
    } catch (error) {
      if (!(error instanceof CloudError && error.status === 416)) throw error
      // The range begins at the end of the log.
      return { start: at, bytes: noBytes() }
    }
  }
  let at = from
  for await (const { bytes, start } of steadyBytes(open, from, null, signal)) {
    // A server without ranges sends the whole log again.
    const fresh = bytes.subarray(Math.max(0, at - start))
    at += fresh.length
    yield fresh
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
