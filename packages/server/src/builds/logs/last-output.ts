import type { LogReader } from '@harmont/logs'

const readBytes = 1024 * 1024
const mostBytes = 64 * 1024
/** The number of chunks in the first read. Each is a line, or a burst of lines. */
const firstLook = 100

/**
 * Returns the end of a job's stdout and stderr, at most 64 KiB. Secrets are masked, as in the log.
 */
export async function lastOutput(logs: LogReader, jobId: string): Promise<string> {
  return (await lastBytes(logs, jobId)).toString().replaceAll('\0', '')
}

/**
 * Returns the end of a job's stdout and stderr, at most 64 KiB, masked like the log. Reads only the
 * end of the log.
 */
async function lastBytes(logs: LogReader, jobId: string): Promise<Buffer> {
  const { lastSeq } = await logs.size(jobId)
  for (let looked = firstLook; ; looked *= 8) {
    const end = await bytesAfter(logs, jobId, Math.max(0, lastSeq - looked), lastSeq)
    if (end.length === mostBytes || looked >= lastSeq) return end
  }
}

/** Returns the last `count` lines of the last 64 KiB of a log, with their escape sequences. */
export async function lastLines(logs: LogReader, jobId: string, count: number): Promise<readonly string[]> {
  const text = (await lastBytes(logs, jobId)).toString().replace(/\r?\n$/, '')
  return text === '' ? [] : text.split('\n').slice(-count)
}

async function bytesAfter(logs: LogReader, jobId: string, from: number, lastSeq: number): Promise<Buffer> {
  let end = Buffer.alloc(0)
  for (let after = from; after < lastSeq; ) {
    const chunks = await logs.read(jobId, after, readBytes)
    const newest = chunks.at(-1)
    if (newest === undefined) break
    after = newest.seq
    const written = chunks.filter(({ kind }) => kind !== 2).map(({ content }) => content)
    end = Buffer.concat([end, ...written]).subarray(-mostBytes)
  }
  return end
}
