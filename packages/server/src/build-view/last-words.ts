import type { Build } from '@harmont/engine'
import type { JobLogs } from '../job-logs/job-logs.ts'
import { type LogFacts, lastLines } from '../job-logs/log-facts.ts'

/** A page shows the end of the first failures at once, and of later ones when asked. */
const failuresShown = 5
const tailLines = 20
const tailLineLength = 4000
/** A log that is not packed yet has no index: one up to this size is looked through at once. */
const soonReadBytes = 4 * 1024 * 1024

/** What a job that failed wrote last, and where it went wrong. */
export interface LastWords {
  readonly tail: readonly string[]
  /** null: no line looks like an error, or nobody has looked yet. */
  readonly firstErrorLine: number | null
}

/** The last words of the first jobs that failed, of those whose facts are given. */
export async function readLastWords(
  logs: JobLogs,
  { jobs, render }: Build,
  facts: ReadonlyMap<string, LogFacts>,
): Promise<ReadonlyMap<string, LastWords>> {
  const failed = [...(render === null ? [] : [render]), ...jobs].filter(
    ({ state }) => state === 'failed' || state === 'timed_out',
  )
  const first = failed.sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0)).slice(0, failuresShown)
  const read = first.flatMap(({ id }) => {
    const known = facts.get(id)
    return known === undefined ? [] : [wordsOf(logs, id, known)]
  })
  return new Map(await Promise.all(read))
}

async function wordsOf(
  logs: JobLogs,
  jobId: string,
  { lines, firstErrorLine }: LogFacts,
): Promise<readonly [string, LastWords]> {
  const tail = (await lastLines({ engine: { logs } }, jobId, tailLines)).map((line) => line.slice(0, tailLineLength))
  return [jobId, { tail, firstErrorLine: lines === null ? await findErrorLine(logs, jobId) : firstErrorLine }]
}

async function findErrorLine(logs: JobLogs, jobId: string): Promise<number | null> {
  const { bytes } = await logs.size(jobId)
  if (bytes > soonReadBytes) return null
  return (await logs.open(jobId)).index.errors[0] ?? null
}
