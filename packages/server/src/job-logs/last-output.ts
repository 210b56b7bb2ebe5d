import type { LogReader } from '@harmont/logs'

/** A chunk is a line, or a burst of lines. */
const lookedAt = 100
const readBytes = 1024 * 1024
const keptBytes = 64 * 1024

/** The end of what a job wrote to stdout and stderr, at most 64 KiB; secrets in it are masked already, as in the log itself. */
export async function lastOutput(log: LogReader, jobId: string): Promise<string> {
  const { lastSeq } = await log.size(jobId)
  let after = Math.max(0, lastSeq - lookedAt)
  let end = Buffer.alloc(0)
  while (after < lastSeq) {
    const chunks = await log.read(jobId, after, readBytes)
    const newest = chunks.at(-1)
    if (newest === undefined) break
    after = newest.seq
    const written = chunks.filter(({ kind }) => kind !== 2).map(({ content }) => content)
    end = Buffer.concat([end, ...written]).subarray(-keptBytes)
  }
  return end.toString().replaceAll('\0', '')
}
