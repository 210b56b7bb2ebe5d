import type { Job } from '@harmont/cloud'
import type { Output } from '../context.ts'
import { printTable, timeBetween } from '../terminal/table.ts'

function substitute({ substituted_image: image }: Job): string | undefined {
  return image ? `could not pull ${image}: used the runner's own tools instead` : undefined
}

/** Jobs of a build, one a line; `waits` says in words what waiting ones wait for, by id. */
export async function printJobs(
  output: Output,
  jobs: readonly Job[],
  waits: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const rows = jobs.map((job) => [
    job.step_key ?? job.name ?? job.id,
    `${job.state}${job.soft_failed ? ' (soft)' : ''}${job.cached === true ? ' (cached)' : ''}`,
    job.exit_code === null || job.exit_code === undefined ? '' : String(job.exit_code),
    timeBetween(job.started_at, job.finished_at),
    job.error_message ?? substitute(job) ?? waits.get(job.id) ?? job.wait_reason ?? job.skip_reason ?? '',
  ])
  await printTable(output, ['STEP', 'STATE', 'EXIT', 'TOOK', 'WHY'], rows)
}
