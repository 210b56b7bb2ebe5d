import type { ErrorCode } from '../../src/errors.ts'
import { paging, text } from '../json-schema.ts'
import { type AddedOperation, build, buildGates, idempotencyErrors, org } from '../operation.ts'
import { commitStart, states } from '../parameters.ts'

const notFound: readonly ErrorCode[] = ['organization_not_found', 'pipeline_not_found', 'build_not_found']

// biome-ignore format: one operation a block, its facts in the order of the table in http.md
export const buildsOperations: readonly AddedOperation[] = [
  { route: 'GET /api/v0/internal/builds/{build_uuid}/source.tar.gz', id: 'getBuildSource', auth: 'runner', internal: true, tag: 'builds', summary: 'Fetch the source archive of a build',
    success: { 200: 'application/gzip', 206: 'application/gzip', 304: null }, errors: ['unauthorized', 'source_not_found', 'range_not_satisfiable'] },
  { route: 'GET /v0/jobs/{job_id}/logs', id: 'streamJobLogs', auth: 'log', tag: 'jobs', summary: 'Follow the log of a job',
    query: { token: { type: 'string' }, last_event_id: { type: 'string' } },
    success: { 200: 'text/event-stream' }, errors: ['log_stream_unauthorized', 'log_stream_forbidden', 'rate_limited'] },
  { route: 'GET /v0/jobs/{job_id}/logs.txt', id: 'getJobLogText', auth: 'log', tag: 'jobs', summary: 'Read the log of a job as plain text',
    query: { token: { type: 'string' }, meta: { type: 'string', enum: ['0', '1'] } },
    success: { 200: 'text/plain', 206: 'text/plain', 304: null }, errors: ['log_stream_unauthorized', 'log_stream_forbidden', 'range_not_satisfiable'] },
  { route: `GET ${org}/builds`, id: 'listOrganizationBuilds', auth: 'member', tag: 'builds', summary: 'List the builds of an organization',
    query: { pipeline: text, state: states, branch: text, commit: commitStart, author: text, source: text, q: text, from: text, to: text, ...paging },
    success: { 200: 'BuildSummaryList' }, errors: ['organization_not_found', 'query_invalid', 'invalid_cursor'] },
  { route: `GET ${build}/view`, id: 'getBuildView', auth: 'member', tag: 'builds', summary: 'Everything that the page of a build shows',
    success: { 200: 'BuildView' }, errors: notFound },
  { route: `POST ${build}/rebuild`, id: 'rebuildBuild', auth: 'member', tag: 'builds', summary: 'Build the same again',
    request: 'RebuildRequest', idempotent: true, success: { 201: 'Build' },
    errors: [...notFound, ...buildGates, ...idempotencyErrors, 'build_invalid', 'build_plan_rejected'] },
  { route: `POST ${build}/retry`, id: 'retryBuild', auth: 'member', tag: 'builds', summary: 'Retry jobs of a build',
    request: 'RetryBuildRequest', idempotent: true, success: { 201: 'JobList' },
    errors: [...notFound, 'job_not_found', ...buildGates, ...idempotencyErrors, 'job_not_retryable', 'request_invalid'] },
  { route: `POST ${build}/jobs/{job_id}/retry`, id: 'retryJob', auth: 'member', tag: 'jobs', summary: 'Retry a job',
    idempotent: true, success: { 201: 'Job' },
    errors: [...notFound, 'job_not_found', ...buildGates, ...idempotencyErrors, 'job_not_retryable'] },
  { route: `POST ${build}/jobs/{job_id}/shell`, id: 'openShell', auth: 'member', tag: 'jobs', summary: "Ask for a shell in the file system of a job's step",
    request: 'OpenShellRequest', success: { 201: 'ShellTicket' },
    errors: [...notFound, 'job_not_found', 'snapshot_gone', 'request_invalid', 'rate_limited'] },
  { route: `POST ${build}/approve`, id: 'approveBuild', auth: 'member', tag: 'builds', summary: 'Let the build of a fork start',
    success: { 200: 'Build' }, errors: [...notFound, 'approval_not_pending'] },
  { route: `GET ${build}/events`, id: 'streamBuildEvents', auth: 'member', tag: 'builds', summary: 'Follow a build',
    query: { last_event_id: text }, success: { 200: 'text/event-stream' }, errors: [...notFound, 'rate_limited'] },
  { route: `GET ${org}/events`, id: 'streamOrganizationEvents', auth: 'member', tag: 'organizations', summary: 'Follow the builds of an organization',
    query: { last_event_id: text }, success: { 200: 'text/event-stream' },
    errors: ['organization_not_found', 'rate_limited'] },
]
