import type { Build } from '@harmont/engine'
import { type Found, nothingFound } from '@harmont/logs'
import type { JobLogs } from '../logs/job-logs.ts'
import { lastLines } from '../logs/last-output.ts'
import type { LogFacts } from '../logs/log-facts.ts'

/** The first failures are shown with their end at once, later ones when asked. */
const failuresShown = 5
const tailLines = 20
const tailLineLength = 4000

/** The end of a failed job's output, and where it went wrong. */
export interface FailureOutput {
  readonly tail: readonly string[]
  /** null: no line looks like an error, or nobody has looked yet. */
  readonly firstErrorLine: number | null
  /** The failures that tools reported. */
  readonly found: Found
}

/** Reads the output of the first jobs that failed and whose facts are given. */
export async function readFailureOutputs(
  logs: JobLogs,
  { jobs, render }: Build,
  facts: ReadonlyMap<string, LogFacts>,
): Promise<ReadonlyMap<string, FailureOutput>> {
  const first = firstFailed({ jobs, render }).filter((id) => facts.has(id))
  return new Map(await Promise.all(first.map((id) => wordsOf(logs, id))))
}

/** Returns the ids of the first jobs that failed. */
export function firstFailed({ jobs, render }: Pick<Build, 'jobs' | 'render'>): readonly string[] {
  const failed = [...(render === null ? [] : [render]), ...jobs].filter(
    ({ state }) => state === 'failed' || state === 'timed_out',
  )
  return failed
    .sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0))
    .slice(0, failuresShown)
    .map(({ id }) => id)
}

async function wordsOf(logs: JobLogs, jobId: string): Promise<readonly [string, FailureOutput]> {
  const tail = (await lastLines(logs, jobId, tailLines)).map((line) => line.slice(0, tailLineLength))
  const index = (await logs.openSoon(jobId))?.index
  return [jobId, { tail, firstErrorLine: index?.errors[0] ?? null, found: index?.found ?? nothingFound }]
}
