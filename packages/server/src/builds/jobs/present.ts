import type { components } from '@harmont/contract'
import type { Job, Step } from '@harmont/engine'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'

type JobBody = Complete<components['schemas']['Job']>

/** What of a job's surroundings is shown with it. */
interface Surroundings {
  /** The newest attempts of its prerequisites. */
  readonly dependsOn: readonly string[]
  readonly waitReason: string | null
}

/** A job as the members of its organization see it. */
export function presentJob(job: Job, step: Step, { dependsOn, waitReason }: Surroundings): JobBody {
  return {
    id: job.id,
    state: job.state,
    step_key: step.key,
    name: step.name,
    command: step.command,
    depends_on: [...dependsOn],
    attempt: job.attempt,
    previous_attempt_id: job.previousAttempt,
    wait_reason: waitReason,
    skip_reason: job.skipReason,
    cached: job.cached,
    substituted_image: job.substitutedImage,
    exit_code: job.exitCode,
    error_code: job.errorCode,
    error_message: job.errorMessage,
    soft_failed: job.softFailed,
    soft_fail_policy: softFailPolicy(step),
    retry_policy: retryPolicy(step),
    created_at: formatInstant(job.createdAt),
    started_at: formatOptionalInstant(job.startedAt),
    finished_at: formatOptionalInstant(job.finishedAt),
  }
}

function softFailPolicy({ softFail }: Step): JobBody['soft_fail_policy'] {
  if (softFail === null) return null
  return { exit_codes: softFail === true ? '*' : [...softFail] }
}

/** The object as it stands in the IR. */
function retryPolicy({ retry }: Step): JobBody['retry_policy'] {
  if (retry === null) return null
  const { limit, delaySeconds, exitCodes, signals, reasons } = retry
  return {
    limit,
    delay_seconds: delaySeconds,
    ...(exitCodes === undefined ? {} : { exit_codes: exitCodes }),
    ...(signals === undefined ? {} : { signals }),
    ...(reasons === undefined ? {} : { reasons }),
  }
}
