import type { BuildAddress, Job, Schemas } from '@harmont/cloud'
import type { Session } from '../server/session.ts'

/** Whether a job has not been given to a runner. */
export function isWaiting({ state }: Job): boolean {
  return state === 'pending' || state === 'scheduled'
}

/** What each waiting job of a build waits for, in the server's words, with who is at it; by the job's id. */
export async function waitSentences(
  { client }: Session,
  address: BuildAddress,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { jobs } = await client.getBuildView(address, { signal })
  return sentencesOf(jobs)
}

/** The same of jobs that were read already. */
export function sentencesOf(jobs: readonly Schemas['JobView'][]): ReadonlyMap<string, string> {
  return new Map(
    jobs.flatMap(({ id, waiting }) => {
      if (!waiting) return []
      const holders = waiting.refs
        .filter(({ kind }) => kind === 'holder')
        .map(({ name, job_id, pipeline_slug, build_number }) =>
          job_id === null ? name : `${name} in ${pipeline_slug} #${build_number}`,
        )
      const now = holders.length === 0 ? '' : ` Now: ${holders.join(', ')}.`
      return [[id, `${waiting.message.replace(/^Waiting /, '')}${now}`] as const]
    }),
  )
}
