import { STATUS_CODES } from 'node:http'
import { type ErrorCode, errorCatalogue } from '@harmont/contract'
import type { JobErrorCode } from '@harmont/engine'
import type { PlanErrorCode } from '@harmont/ir'
import { escapeHtml } from '../../platform/http/escape-html.ts'
import { runnerRefusals } from '../../runners/refusals.ts'

/** Error codes of builds and jobs, as opposed to those of requests. */
const buildCodes = {
  invalid_ir: 'The rendered pipeline breaks a rule.',
  bad_version: 'The pipeline has a version that this server does not run.',
  empty_pipeline: 'The pipeline has no step.',
  duplicate_key: 'Two steps have the same key.',
  unknown_dependency: 'A step names another step that does not exist.',
  cycle: 'Steps depend on each other in a cycle.',
  feature_missing: 'A step has a member that this release does not run.',
  render_failed: 'The pipeline program did not render.',
  source_invalid: 'The source archive cannot be unpacked.',
  source_fetch_failed: 'The source could not be fetched.',
  source_checksum_mismatch: 'The fetched source has another checksum than expected.',
  source_store_failed: 'The source could not be stored.',
  fork_source_unfetchable: "The commit of a fork's pull request is gone.",
  fork_source_cross_namespace: 'The server cannot read the repository of the fork.',
  fork_fetch_unsupported: 'Forks of this forge cannot be fetched.',
  approval_expired: "Nobody approved the fork's build in time.",
  superseded: 'A newer build in its concurrency group superseded it.',
  start_failed: 'The build could not be started.',
  out_of_memory: 'The step exceeded its memory limit.',
  disk_limit: 'The step exceeded its disk limit.',
  step_timeout: 'The step timed out.',
  pipeline_timeout: 'The build timed out.',
  provision_failed: 'The sandbox of the step could not be created.',
  snapshot_failed: 'The file system of the step could not be kept.',
  artifact_missing: 'A file that the step must leave is missing.',
  artifact_failed: 'The artifacts of the step could not be kept.',
  sandbox_lost: 'The runner or the sandbox of the step was lost.',
  agent_heartbeat_lost: 'The runner of the step was lost.',
  build_abandoned: 'The build was abandoned.',
  secret_missing: 'The step names a secret that is not set.',
  input_missing: 'Another step left none of the files that the step takes from it.',
  secret_unusable: 'The secrets of the build cannot be decrypted, or are too long to be masked.',
  service_unsupported: 'The step needs a service that this server cannot provide.',
  service_failed: 'A service of the step ended before it was ready.',
  service_timeout: 'A service of the step was not ready in time.',
  service_unclean: 'A service that a later step starts from did not stop cleanly.',
  split_failed: 'The files of the split of a step could not be dealt out to its shards.',
  egress_unsupported: 'The step has an egress list, which its runner cannot enforce.',
  append_refused: 'The steps requested by a generator could not be appended to its build.',
  report_unreadable: 'A test report could not be read completely.',
} as const satisfies Record<Exclude<JobErrorCode | PlanErrorCode, ErrorCode>, string> & Record<string, string>

/** Codes that only runners on other machines receive, with the status of the answer. */
const runnerCodes = {
  runner_version: { status: 426, meaning: 'The runner and the server are too many releases apart.' },
} as const

/** A code with a page below `/docs/errors/`. */
export interface DocumentedCode {
  readonly code: string
  /** One sentence. */
  readonly meaning: string
  /** Status of the answers with this code; null for a code of builds and jobs. */
  readonly status: number | null
}

/** Every code with a page, in alphabetical order. */
export const documentedCodes: readonly DocumentedCode[] = [
  ...Object.entries(runnerRefusals).map(([code, { status, meaning }]) => ({ code, status, meaning })),
  ...Object.entries(errorCatalogue).map(([code, { status, meaning }]) => ({ code, status, meaning })),
  ...Object.entries(runnerCodes).map(([code, { status, meaning }]) => ({ code, status, meaning })),
  ...Object.entries(buildCodes).map(([code, meaning]) => ({ code, status: null, meaning })),
].sort((one, other) => (one.code < other.code ? -1 : 1))

/** Returns the line above the text of a code's page, which says where the code appears. */
export function whereMet({ status }: DocumentedCode): string {
  const where =
    status === null
      ? 'In <code>error_code</code> of a build or job, or in the log of a step'
      : `HTTP status ${status} (${STATUS_CODES[status]})`
  return `<p class="met">${where} · <a href="/docs/errors">all codes</a></p>\n`
}

/** Renders the index of all codes, by status. */
export function errorIndex(codes: readonly DocumentedCode[]): string {
  const byStatus = Map.groupBy(codes, ({ status }) => status)
  const statuses = [...byStatus.keys()].filter((status) => status !== null).sort((one, other) => one - other)
  const sections = statuses.map((status) =>
    section(`status-${status}`, `${status} ${STATUS_CODES[status]}`, byStatus.get(status) ?? []),
  )
  return `<h1>Error codes</h1>
<p>Every error of the API has a code in <code>error.code</code>, which never changes its meaning, and a link to its page in
<code>error.doc_url</code>. Name <code>error.request_id</code> to the operator when you ask for help: it finds the request in the server's log.</p>
${sections.join('\n')}
${section('builds', 'Builds and jobs', byStatus.get(null) ?? [])}`
}

function section(id: string, title: string, codes: readonly DocumentedCode[]): string {
  const items = codes.map(
    ({ code, meaning }) =>
      `<dt><a href="/docs/errors/${code}"><code>${code}</code></a></dt><dd>${escapeHtml(meaning)}</dd>`,
  )
  return `<h2 id="${id}">${escapeHtml(title)}</h2>\n<dl>\n${items.join('\n')}\n</dl>`
}
