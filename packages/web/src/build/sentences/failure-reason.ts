import { formatDuration } from '../../text/duration.ts'
import { hasFailed, type JobView, ranMs } from '../data/job-state.ts'

/** Platform faults: the words for a sentence, and the short form for the step's row. */
const faults: Readonly<Record<string, readonly [words: string, row: string]>> = {
  sandbox_lost: ['its runner was lost', 'lost'],
  agent_heartbeat_lost: ['its runner was lost', 'lost'],
  build_abandoned: ['its runner was lost repeatedly', 'lost'],
  snapshot_failed: ['its file system could not be saved', 'not kept'],
}

/**
 * Reasons why a command never started. Only the message shows the culprit: the pipeline may name an
 * image that does not exist.
 */
const unstarted: Readonly<Record<string, string>> = {
  provision_failed: 'its image or file system could not be prepared',
  service_unsupported: 'a service that it needs cannot run on this machine',
  egress_unsupported: 'its runner cannot enforce its egress list',
  service_failed: 'a service that it needs ended before it was ready',
  service_timeout: 'a service that it needs was not ready in time',
}

/** The same reasons for a known service. */
const withService: Readonly<Record<string, string | undefined>> = {
  service_failed: 'ended before it was ready',
  service_timeout: 'was not ready in time',
}

const reasons: Readonly<Record<string, string>> = {
  out_of_memory: 'out of memory',
  disk_limit: 'disk full',
  step_timeout: 'timed out',
  pipeline_timeout: 'the build timed out',
  artifact_missing: 'a required artifact is missing',
  artifact_failed: 'its artifacts could not be kept',
  secret_missing: 'a required secret is not set',
  input_missing: 'files that it takes from another step are missing',
  split_failed: 'the files of its split could not be dealt out',
  append_refused: 'its steps could not be appended',
  secret_unusable: 'the secrets of the build cannot be used',
}

const signals: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
  SIGINT: 'interrupted',
  SIGBUS: 'bus error',
  SIGFPE: 'arithmetic error',
  SIGILL: 'illegal instruction',
  SIGPIPE: 'broken pipe',
}

/** Signals by number, to which shells add 128. */
const signalNumbers: Readonly<Record<number, string>> = {
  2: 'SIGINT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
}

type Ended = Pick<JobView, 'failure' | 'exit_code' | 'state'> & { readonly services?: JobView['services'] }

/** Returns the service that prevented a step's command from starting; undefined if none did. */
export function failedService({ failure, services = [] }: Ended): JobView['services'][number] | undefined {
  return withService[failure?.kind ?? ''] === undefined ? undefined : services.find(({ state }) => state === 'failed')
}

/** Returns the reason of a step's failure (web B3): `exit 1`, `exit 137: killed (SIGKILL)`. */
export function failureReason(job: Ended): string {
  const { failure, exit_code, state } = job
  const kind = failure?.kind ?? ''
  const service = failedService(job)
  if (service !== undefined) return `its service ${service.name} ${withService[kind]}`
  const known = faults[kind]?.[0] ?? unstarted[kind] ?? reasons[kind] ?? notStarted[kind]
  if (known !== undefined) return known
  const exit = exit_code ?? null
  const signal = failure?.signal ?? (exit !== null && exit > 128 ? signalNumbers[exit - 128] : undefined)
  if (signal !== undefined && signal !== null) {
    const word = signals[signal]
    const what = word === undefined ? `killed by ${signal}` : `${word} (${signal})`
    return exit === null ? what : `exit ${exit}: ${what}`
  }
  if (exit !== null) return `exit ${exit}`
  if (kind !== '' && kind !== 'exit' && kind !== 'signal') return kind
  return state === 'timed_out' ? 'timed out' : 'no reason reported'
}

/** Whether the step failed before its command started. */
export function isUnstarted({ failure }: Pick<JobView, 'failure'>): boolean {
  return failure !== null && unstarted[failure.kind] !== undefined
}

/** Whether the platform failed after the command had started. */
export function isPlatformFault({ failure }: Pick<JobView, 'failure'>): boolean {
  if (failure === null || unstarted[failure.kind] !== undefined) return false
  return failure.platform === true || faults[failure.kind] !== undefined
}

/** Returns the short reason for the step list; null if the state is enough. */
export function shortReason(job: JobView): string | null {
  if (!hasFailed(job)) return null
  if (isUnstarted(job)) return 'not started'
  if (isPlatformFault(job)) return faults[job.failure?.kind ?? '']?.[1] ?? failureReason(job)
  // The command passed, but later processing failed.
  if (job.exit_code === 0) return failureReason(job)
  return typeof job.exit_code === 'number' ? `exit ${job.exit_code}` : null
}

/** Returns `after 2 m 14 s`; empty if the step never started. */
export function afterDuration(job: JobView, now: number): string {
  const ran = ranMs(job, now)
  return ran === null ? '' : ` after ${formatDuration(ran)}`
}

/** Explains why a build did not start, by error code. */
export const notStarted: Readonly<Record<string, string>> = {
  render_failed: 'the pipeline file failed to render',
  invalid_json: 'the pipeline is not valid JSON',
  bad_version: 'this server does not support the version of the pipeline',
  duplicate_key: 'two steps of the pipeline have the same key',
  unknown_dependency: 'a step depends on a step that does not exist',
  cycle: 'steps depend on each other in a cycle',
  feature_missing: 'a step needs a feature that this server lacks',
  invalid_ir: 'the pipeline is not valid',
  empty_pipeline: 'the pipeline has no steps',
  source_invalid: 'the source archive cannot be unpacked',
  source_fetch_failed: 'the source could not be fetched',
  source_checksum_mismatch: 'the source does not match its checksum',
  source_store_failed: 'the source could not be stored',
  fork_source_unfetchable: "the fork's commit is gone",
  fork_source_cross_namespace: 'the server has no access to the fork',
  fork_fetch_unsupported: 'forks on this forge are not supported',
  start_failed: 'the server could not start it',
}
