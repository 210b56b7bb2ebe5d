/** Plain data for tests of pure functions: a build and its jobs in the server's format. */
import type { BuildView, JobView } from '../data/job-state.ts'

export const epoch = Date.parse('2026-11-26T10:00:00Z')

/** Returns the instant this many seconds after the creation of the test builds. */
export function at(seconds: number): string {
  return new Date(epoch + seconds * 1000).toISOString()
}

/** Builds a step. `waiting` is the server's sentence about a waiting step. */
export function makeJob(key: string, fields: Partial<JobView> = {}): JobView {
  return {
    id: `id-${key}`,
    step_key: key,
    name: key,
    command: `run ${key}`,
    state: 'passed',
    soft_failed: false,
    depends_on: [],
    created_at: at(0),
    attempt: 1,
    version: 1,
    attempts: [],
    builds_in: null,
    appended_by: null,
    after_appended: [],
    waits_on: [],
    scheduled_at: at(0),
    assigned_at: null,
    waiting: null,
    skipped_by: null,
    image: 'host',
    snapshot: null,
    cache: { outcome: 'off', policy: null, from: null, reason: null, changes: [] },
    failure: null,
    retry: { allowed: false, reason: null },
    shell: null,
    local_command: null,
    cost: null,
    log: { lines: null, bytes: null, complete: false },
    annotations: 0,
    runner: null,
    services: [],
    phases: [],
    lost: false,
    concurrency_group: null,
    ...fields,
  }
}

/** Builds a step that ended with this exit code. */
export function makeFailed(key: string, exitCode: number, fields: Partial<JobView> = {}): JobView {
  return makeJob(key, {
    state: 'failed',
    exit_code: exitCode,
    started_at: at(0),
    finished_at: at(134),
    retry: { allowed: true, reason: null },
    failure: {
      kind: 'exit',
      platform: false,
      signal: null,
      message: `The command ended with exit code ${exitCode}.`,
      first_error_line: null,
      tail: [],
      hint: null,
      doc_url: null,
    },
    ...fields,
  })
}

/** Builds the view of a build with these steps. */
export function makeView(
  jobs: JobView[],
  build: Partial<BuildView['build']> = {},
  fields: Partial<BuildView> = {},
): BuildView {
  return {
    server_time: at(0),
    cursor: '1',
    build: {
      id: 'b-60',
      number: 60,
      state: 'passed',
      pipeline_slug: 'ci',
      created_at: at(0),
      scheduled_at: at(0),
      failed_step: null,
      queue_ms: null,
      run_ms: null,
      version: 1,
      ...build,
    },
    pipeline: {
      slug: 'ci',
      name: 'ci',
      repository: 'https://github.com/acme/ci.git',
      default_branch: 'main',
      visibility: 'private',
      allow_manual: true,
      created_at: at(0),
    },
    jobs,
    render: null,
    canceled_by: null,
    eta_ms: null,
    cost: null,
    previous: null,
    next: null,
    last_passed: null,
    failing_since: null,
    has: { tests: false, artifacts: false },
    ...fields,
  }
}
