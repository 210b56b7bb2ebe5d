import type { components } from '@harmont/contract'
import { failedInQuarantine, type Job, type JobErrorCode, type Step } from '@harmont/engine'
import { type Found, nothingFound, type ReportedFailure } from '@harmont/logs'
import type { Complete } from '../../platform/http/index.ts'
import { asFailure, type FailedTests } from '../tests/failed-tests.ts'
import { presentVerdict } from '../tests/test-states.ts'
import type { ViewOfBuild } from './view-of-build.ts'

const platformFaults: ReadonlySet<JobErrorCode> = new Set([
  'provision_failed',
  'snapshot_failed',
  'sandbox_lost',
  'build_abandoned',
  'service_unsupported',
  'egress_unsupported',
])

type Shown = Complete<components['schemas']['JobView']>['failure']

/** The number of failures named on a page; the log and the list of tests have the rest. */
export const reportsShown = 10

/**
 * Returns the reason for a job's failure; null if it has not failed. `step` is null for the
 * rendering.
 */
export function failureOf(
  { failureOutputs, failedTests, newFailures, publicUrl }: ViewOfBuild,
  job: Job,
  step: Step | null,
): Shown {
  if (job.state !== 'failed' && job.state !== 'timed_out') return null
  const { errorCode, errorMessage, exitCode } = job
  const words = failureOutputs.get(job.id)
  const signal = /\bSIG[A-Z0-9]+\b/.exec(errorMessage ?? '')?.[0] ?? null
  return {
    kind: errorCode ?? (signal === null ? 'exit' : 'signal'),
    platform: errorCode !== null && platformFaults.has(errorCode),
    signal,
    message: errorMessage ?? `The command exited with code ${exitCode ?? 'unknown'}.`,
    first_error_line: words?.firstErrorLine ?? null,
    ...presentFound(words?.found ?? nothingFound, failedTests.get(job.id), newFailures),
    quarantined: step !== null && failedInQuarantine(step, job) ? (failedTests.get(job.id)?.count ?? 0) : 0,
    tail: [...(words?.tail ?? [])],
    hint: step === null ? null : hintOf(job, step),
    doc_url: errorCode === null ? null : `${publicUrl}/docs/errors/${errorCode}`,
  }
}

/** The proof for a failure that is known only from the log. */
const notProved = { verdict: null, forks: null, fork_passes: null }

/** Names the failed tests of the reports, or else the failures in the log. */
function presentFound(
  { failures, tests, errors }: Found,
  reported: FailedTests | undefined,
  newFailures: ReadonlySet<string>,
): Pick<NonNullable<Shown>, 'failed_tests' | 'other_errors' | 'reports' | 'proving'> {
  if (reported !== undefined) {
    const reports = reported.results.map((row) => {
      const failure = asFailure(row)
      return {
        ...failure,
        log_line: logLineOf(failures, failure, row.name),
        new: newFailures.has(row.test),
        ...presentVerdict(row, reported.proving),
      }
    })
    return { failed_tests: reported.count, other_errors: 0, reports, proving: reported.proving }
  }
  const reports = failures
    .slice(0, reportsShown)
    .map(({ logLine, ...failure }) => ({ ...failure, log_line: logLine, new: false, ...notProved }))
  return { failed_tests: tests, other_errors: errors, reports, proving: false }
}

/** Returns the line of the log that reports a failure; null if there is none. */
function logLineOf(found: Found['failures'], { test }: ReportedFailure, name: string): number | null {
  const told = found.find((one) => one.test === test) ?? found.find((one) => one.test?.endsWith(name) === true)
  return told?.logLine ?? null
}

/** Returns advice on a failure if its code suffices; null if only the log explains it. */
export function hintOf(
  { errorCode, exitCode }: Pick<Job, 'errorCode' | 'exitCode'>,
  { resources, timeoutSeconds, secrets }: Pick<Step, 'resources' | 'timeoutSeconds' | 'secrets'>,
): string | null {
  switch (errorCode) {
    case 'out_of_memory':
      return `The limit is ${resources.memoryGb} GB. Raise \`resources\` or use less memory.`
    case 'disk_limit':
      return `The limit is ${resources.diskGb} GB. Raise \`resources\` or write less.`
    case 'step_timeout':
      return `The limit is ${timeoutSeconds} s. Raise \`timeout\` or split the step.`
    case 'pipeline_timeout':
      return 'The whole pipeline timed out. Raise its `timeout` or run steps in parallel.'
    case 'secret_missing':
      return `Set ${Object.values(secrets).join(', ')} with \`hm secret set NAME\` or in the settings. If the secret exists but is limited, an administrator can allow it for uploads.`
    case 'input_missing':
      return 'Check the path, and that the other step writes these files. If the files are not always there, make the input `optional`.'
    case 'split_failed':
      return 'Correct the glob: it matches files of the source, relative to the root of the repository.'
    case 'append_refused':
      return 'Correct what the command writes to `$HARMONT_OUTPUT/steps`, or list what it may ask for in `append` of the step.'
    case 'secret_unusable':
      return 'Set the secret again, or use fewer or shorter secrets.'
    case 'provision_failed':
      return 'If the message names an image, check its name and registry. Otherwise retry, or rebuild to recreate what the step starts from.'
    case 'snapshot_failed':
    case 'build_abandoned':
      return 'Retry: the command itself did not cause this.'
    case 'artifact_missing':
      return 'Correct the path of the artifact, or let the command write it. Without `required` the step passes.'
    case 'artifact_failed':
      return 'The message says why. Without `required` the step passes where there is no room for its artifacts.'
    case 'sandbox_lost':
      return 'Check in the log how far the step got, and retry if it is safe to run it twice.'
    case 'service_unsupported':
      return 'Start the service in the command of the step.'
    case 'egress_unsupported':
      return 'Run the step on a runner that root starts, with `egress` in HARMONT_SANDBOX_NETWORK, or leave out its `egress`.'
    case 'service_failed':
      return 'Read the log of the service. Check its image, its `env` and its `command`.'
    case 'service_timeout':
      return 'Read the log of the service. If it is only slow, raise `timeout` of its `ready`.'
    case 'service_unclean':
      return 'Check the `stop` signal of the service, or give it more seconds to stop.'
    case null:
      return exitHint(exitCode)
  }
}

/** Explains the exit codes that shells have in common. */
function exitHint(exitCode: number | null): string | null {
  if (exitCode === 126) return 'Exit code 126: the file exists but is not executable.'
  if (exitCode === 127) return 'Exit code 127: command not found. Install it in this step or in the one it builds in.'
  if (exitCode === 137)
    return 'Exit code 137: the command was killed with SIGKILL, but not by the memory limit of the step.'
  return null
}
