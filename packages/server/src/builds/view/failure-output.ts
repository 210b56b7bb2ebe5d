import type { Build } from '@harmont/engine'
import { type Found, nothingFound } from '@harmont/logs'
import type { JobLogs } from '../logs/job-logs.ts'
import { lastLines } from '../logs/last-output.ts'
import type { LogFacts } from '../logs/log-facts.ts'

/** The first failures are shown with their end at once, a later one when asked. */
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

/** Reads the output of these failed jobs, as far as their facts are given. */
export async function readFailureOutputs(
  logs: JobLogs,
  failed: readonly string[],
  facts: ReadonlyMap<string, LogFacts>,
): Promise<ReadonlyMap<string, FailureOutput>> {
  const known = failed.filter((id) => facts.has(id))
  return new Map(await Promise.all(known.map((id) => wordsOf(logs, id))))
}

/** Returns the ids of the first jobs that failed, and the one that is asked for if it failed. */
export function explainedJobs(
  { jobs, render }: Pick<Build, 'jobs' | 'render'>,
  asked: string | undefined,
): readonly string[] {
  const failed = [...(render === null ? [] : [render]), ...jobs].filter(
    ({ state }) => state === 'failed' || state === 'timed_out',
  )
  return failed
    .sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0))
    .filter(({ id }, index) => index < failuresShown || id === asked)
    .map(({ id }) => id)
}

async function wordsOf(logs: JobLogs, jobId: string): Promise<readonly [string, FailureOutput]> {
  const tail = (await lastLines(logs, jobId, tailLines)).map((line) => line.slice(0, tailLineLength))
  const index = (await logs.openSoon(jobId))?.index
  return [jobId, { tail, firstErrorLine: index?.errors[0] ?? null, found: index?.found ?? nothingFound }]
}
