import type { LogReader } from '@harmont/logs'

const readBytes = 1024 * 1024
const mostBytes = 64 * 1024
/** The chunks of the first look: each is a line, or a burst of lines. */
const firstLook = 100

/**
 * Returns the end of what a job wrote to stdout and stderr, at most 64 KiB. Secrets in it are
 * masked, as in the log itself.
 */
export async function lastOutput(logs: LogReader, jobId: string): Promise<string> {
  return (await lastBytes(logs, jobId)).toString().replaceAll('\0', '')
}

/**
 * Returns the end of what a job wrote to stdout and stderr, at most 64 KiB, masked as the log
 * itself. Reads only the end of the log.
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
