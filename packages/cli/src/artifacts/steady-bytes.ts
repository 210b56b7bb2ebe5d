import { CloudError, pause } from '@harmont/cloud'

/** Opens the bytes from an offset. Says where they begin: a server without ranges begins at 0. */
export type OpenBytes = (from: number) => Promise<{ readonly start: number; readonly bytes: AsyncIterable<Uint8Array> }>

/** Tries in a row that brought nothing. */
const mostFailures = 6

/**
 * Yields the bytes from `from` to before `end`, and goes on where a connection broke. Gives up when
 * several tries in a row bring nothing.
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
      // A body that breaks rejects with an error of fetch.
      const isPassing = error instanceof CloudError ? error.isPassing : error instanceof TypeError
      if (!isPassing || failures >= mostFailures) throw error
      await pause(Math.min(500 * 2 ** (failures - 1), 10_000), signal)
    }
  }
}
