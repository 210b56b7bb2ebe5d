import { CloudError, pause } from '@harmont/cloud'

/**
 * Opens the bytes from an offset. Returns their actual start: a server without ranges begins at 0.
 */
export type OpenBytes = (from: number) => Promise<{ readonly start: number; readonly bytes: AsyncIterable<Uint8Array> }>

/** Maximum number of consecutive attempts without progress. */
const mostFailures = 6

/**
 * Yields the bytes from `from` up to but excluding `end`, and resumes after a broken connection.
 * Gives up after several consecutive attempts without progress.
 */
export async function* steadyBytes(
  open: OpenBytes,
  from: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly start: number }> {
  let at = from
  let failures = 0
  while (at < end) {
    try {
      const { start, bytes } = await open(at)
      at = start
      for await (const chunk of bytes) {
        yield { bytes: chunk, start: at }
        at += chunk.length
        failures = 0
      }
      if (at < end) throw new CloudError('stream_broken', 'the download was cut off', { status: 0 })
    } catch (error) {
      signal.throwIfAborted()
      failures += 1
      // A broken body rejects with a TypeError from fetch.
      const isPassing = error instanceof CloudError ? error.isPassing : error instanceof TypeError
      if (!isPassing || failures >= mostFailures) throw error
      await pause(Math.min(500 * 2 ** (failures - 1), 10_000), signal)
    }
  }
}
