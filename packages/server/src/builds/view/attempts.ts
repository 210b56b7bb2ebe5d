import type { Job } from '@harmont/engine'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import type { JobView } from './present-job-view.ts'
import type { AttemptRow, ViewOfBuild } from './view-of-build.ts'

type Attempt = JobView['attempts'][number]

/** The attempts of a job's step, oldest first, up to the job itself, which is the newest. */
export function presentAttempts({ attempts }: ViewOfBuild, job: Job): Attempt[] {
  const before = (attempts.get(job.step) ?? []).filter(({ attempt }) => attempt < job.attempt)
  const earlier = before.map((row, index) => presentRow(row, before[index - 1]))
  const own: Attempt = {
    number: job.attempt,
    job_id: job.id,
    cause: causeOf(job.createdAt, before.at(-1)),
    state: job.state,
    exit_code: job.exitCode,
    started_at: formatOptionalInstant(job.startedAt),
    finished_at: formatOptionalInstant(job.finishedAt),
  }
  return [...earlier, own]
}

function presentRow(row: AttemptRow, before: AttemptRow | undefined): Attempt {
  return {
    number: row.attempt,
    job_id: row.id,
    cause: causeOf(row.created_at.getTime(), before),
    state: row.state,
    exit_code: row.exit_code,
    started_at: row.started_at && formatInstant(row.started_at.getTime()),
    finished_at: row.finished_at && formatInstant(row.finished_at.getTime()),
  }
}

/** The step's own policy makes the next attempt at the instant at which the one before it ends; a person comes later. */
function causeOf(createdAt: number, before: AttemptRow | undefined): string {
  if (before === undefined) return 'first'
  return createdAt === before.finished_at?.getTime() ? 'policy' : 'manual'
}
