import type { components } from '@harmont/contract'
import type { Job, JobErrorCode, Step } from '@harmont/engine'
import { type Found, nothingFound } from '@harmont/logs'
import type { Complete } from '../../platform/http/index.ts'
import { hintOf } from './failure-hint.ts'
import type { ViewOfBuild } from './view-of-build.ts'

const platformFaults: ReadonlySet<JobErrorCode> = new Set([
  'provision_failed',
  'snapshot_failed',
  'sandbox_lost',
  'build_abandoned',
  'service_unsupported',
])

type Shown = Complete<components['schemas']['JobView']>['failure']

/** A page names these; the log marks the rest. */
const reportsShown = 10

/** Why a job did not pass; null for one that has not failed. `step` is null for the rendering. */
export function failureOf({ lastWords, publicUrl }: ViewOfBuild, job: Job, step: Step | null): Shown {
  if (job.state !== 'failed' && job.state !== 'timed_out') return null
  const { errorCode, errorMessage, exitCode } = job
  const words = lastWords.get(job.id)
  const signal = /\bSIG[A-Z0-9]+\b/.exec(errorMessage ?? '')?.[0] ?? null
  return {
    kind: errorCode ?? (signal === null ? 'exit' : 'signal'),
    platform: errorCode !== null && platformFaults.has(errorCode),
    signal,
    message: errorMessage ?? `The command exited with code ${exitCode ?? 'unknown'}.`,
    first_error_line: words?.firstErrorLine ?? null,
    ...presentFound(words?.found ?? nothingFound),
    tail: [...(words?.tail ?? [])],
    hint: step === null ? null : hintOf(job, step),
    doc_url: errorCode === null ? null : `${publicUrl}/docs/errors/${errorCode}`,
  }
}

function presentFound({
  failures,
  tests,
  errors,
}: Found): Pick<NonNullable<Shown>, 'failed_tests' | 'other_errors' | 'reports'> {
  const reports = failures.slice(0, reportsShown).map(({ logLine, ...failure }) => ({ ...failure, log_line: logLine }))
  return { failed_tests: tests, other_errors: errors, reports }
}
