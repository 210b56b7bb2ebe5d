import { CloudError, pause } from '@harmont/cloud'

/**
 * Opens the bytes from an offset. Returns their actual start: a server without ranges begins at 0.
 */
export type OpenBytes = (from: number) => Promise<{ readonly start: number; readonly bytes: AsyncIterable<Uint8Array> }>

/** Maximum number of consecutive attempts without progress. */
const mostFailures = 6

/**
 * Yields the bytes from `from` up to but excluding `end`, and resumes after a broken connection.
 * Throws CloudError after several consecutive attempts without progress.
 * @param end null: the end of the first answer that is complete.
 */
export async function* steadyBytes(
  open: OpenBytes,
  from: number,
  end: number | null,
  signal: AbortSignal,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly start: number }> {
  let at = from
  let failures = 0
  while (end === null || at < end) {
    try {
      const { start, bytes } = await open(at)
      at = start
      for await (const chunk of bytes) {
        yield { bytes: chunk, start: at }
        at += chunk.length
        failures = 0
      }
      if (end === null) return
      if (at < end) throw new CloudError('stream_broken', 'the download was cut off', { status: 0 })
    } catch (error) {
      signal.throwIfAborted()
      failures += 1
      // A broken body rejects with a TypeError from fetch.
      const cause =
        error instanceof TypeError
          ? new CloudError('stream_broken', `the download was cut off: ${error.message}`, { status: 0, cause: error })
          : error
      if (!(cause instanceof CloudError && cause.isPassing) || failures >= mostFailures) throw cause
      await pause(Math.min(500 * 2 ** (failures - 1), 10_000), signal)
    }
  }
}
