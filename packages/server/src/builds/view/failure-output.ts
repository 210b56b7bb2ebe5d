import type { Build } from '@harmont/engine'
import { type Found, nothingFound } from '@harmont/logs'
import type { JobLogs } from '../logs/job-logs.ts'
import { lastLines } from '../logs/last-output.ts'
import type { LogFacts } from '../logs/log-facts.ts'

/** The number of failures shown with their output at once; others on request. */
const failuresShown = 5
const tailLines = 20
const tailLineLength = 4000

/** The end of a failed job's output, and its first error. */
export interface FailureOutput {
  readonly tail: readonly string[]
  /** null: no line looks like an error, or the log has not been searched yet. */
  readonly firstErrorLine: number | null
  /** The failures that tools reported. */
  readonly found: Found
}

/** Reads the output of the failed jobs that have facts. */
export async function readFailureOutputs(
  logs: JobLogs,
  failed: readonly string[],
  facts: ReadonlyMap<string, LogFacts>,
): Promise<ReadonlyMap<string, FailureOutput>> {
  const known = failed.filter((id) => facts.has(id))
  return new Map(await Promise.all(known.map((id) => wordsOf(logs, id))))
}

/** Returns the ids of the first failed jobs, and the requested one if it failed. */
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
