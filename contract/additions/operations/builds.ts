import type { ErrorCode } from '../../src/errors.ts'
import { describe, flag, integer, oneOf, paging, text } from '../json-schema.ts'
import { type AddedOperation, build, buildGates, idempotencyErrors, org } from '../operation.ts'
import { commitStart, states } from '../parameters.ts'

const bit = oneOf('0', '1')
const notFound: readonly ErrorCode[] = ['organization_not_found', 'pipeline_not_found', 'build_not_found']

// biome-ignore format: one operation a block, its facts in the order of the table in http.md
export const buildsOperations: readonly AddedOperation[] = [
  { route: 'GET /api/v0/internal/builds/{build_uuid}/source.tar.gz', id: 'getBuildSource', auth: 'runner', internal: true, tag: 'builds', summary: 'Fetch the source archive of a build',
    success: { 200: 'application/gzip', 206: 'application/gzip', 304: null }, errors: ['unauthorized', 'source_not_found', 'range_not_satisfiable'] },
  { route: 'GET /v0/jobs/{job_id}/logs', id: 'streamJobLogs', auth: 'log', tag: 'jobs', summary: 'Follow the log of a job',
    query: { token: { type: 'string' }, last_event_id: { type: 'string' } },
    success: { 200: 'text/event-stream' }, errors: ['log_stream_unauthorized', 'log_stream_forbidden', 'rate_limited'] },
  { route: 'GET /v0/jobs/{job_id}/logs.txt', id: 'getJobLogText', auth: 'log', tag: 'jobs', summary: 'Read the log of a job as plain text',
    query: { token: { type: 'string' }, meta: bit, plain: describe(bit, 'Without escape sequences.'), download: describe(bit, 'As an attachment with a name of its own.') },
    success: { 200: 'text/plain', 206: 'text/plain', 304: null }, errors: ['log_stream_unauthorized', 'log_stream_forbidden', 'range_not_satisfiable'] },
  { route: `GET ${build}/jobs/{job_id}/log`, id: 'readJobLog', auth: 'member', tag: 'jobs', summary: 'What a log holds, and a page of it',
    query: { at: describe(text, '`error`, `tail`, or the number of a line; the start by default.'), limit: describe(integer, 'Lines of the page, 1 to 2,000.') },
    success: { 200: 'JobLogView' }, errors: [...notFound, 'job_not_found', 'query_invalid'] },
  { route: `GET ${build}/jobs/{job_id}/log/lines`, id: 'readJobLogLines', auth: 'member', tag: 'jobs', summary: 'Read lines of a log',
    query: { from: describe(integer, 'The first line, 1 by default.'), limit: describe(integer, 'How many lines, 1 to 2,000; fewer come where they are longer than 256 KiB.') },
    success: { 200: 'LogPage' }, errors: [...notFound, 'job_not_found', 'query_invalid'] },
  { route: `GET ${build}/jobs/{job_id}/log/search`, id: 'searchJobLog', auth: 'member', tag: 'jobs', summary: 'Search a log',
    query: { q: describe(text, 'What to look for, 1 to 1,000 characters.'), regex: flag, case: flag, word: flag, from: describe(integer, 'The line from which hits are given.'), limit: describe(integer, 'Hits at most, 1 to 1,000.') },
    success: { 200: 'LogSearchResult' }, errors: [...notFound, 'job_not_found', 'query_invalid'] },
  { route: `GET ${org}/builds`, id: 'listOrganizationBuilds', auth: 'member', tag: 'builds', summary: 'List the builds of an organization',
    query: { pipeline: text, state: states, branch: text, commit: commitStart, author: text, source: text, q: text, from: text, to: text, ...paging },
    success: { 200: 'BuildSummaryList' }, errors: ['organization_not_found', 'query_invalid', 'invalid_cursor'] },
  { route: `GET ${build}/view`, id: 'getBuildView', auth: 'member', tag: 'builds', summary: 'Everything that the page of a build shows',
    success: { 200: 'BuildView' }, errors: notFound },
  { route: `POST ${build}/rebuild`, id: 'rebuildBuild', auth: 'member', tag: 'builds', summary: 'Build the same again',
    request: 'RebuildRequest', idempotent: true, success: { 201: 'Build' },
    errors: [...notFound, ...buildGates, ...idempotencyErrors, 'source_gone', 'build_invalid', 'build_plan_rejected'] },
  { route: `POST ${build}/retry`, id: 'retryBuild', auth: 'member', tag: 'builds', summary: 'Retry jobs of a build',
    request: 'RetryBuildRequest', idempotent: true, success: { 201: 'JobList' },
    errors: [...notFound, 'job_not_found', ...buildGates, ...idempotencyErrors, 'job_not_retryable', 'source_gone', 'request_invalid'] },
  { route: `POST ${build}/jobs/{job_id}/retry`, id: 'retryJob', auth: 'member', tag: 'jobs', summary: 'Retry a job',
    idempotent: true, success: { 201: 'Job' },
    errors: [...notFound, 'job_not_found', ...buildGates, ...idempotencyErrors, 'job_not_retryable', 'source_gone'] },
  { route: `POST ${build}/jobs/{job_id}/shell`, id: 'openShell', auth: 'member', tag: 'jobs', summary: "Ask for a shell in the file system of a job's step",
    request: 'OpenShellRequest', success: { 201: 'ShellTicket' },
    errors: [...notFound, 'job_not_found', 'snapshot_gone', 'source_gone', 'request_invalid', 'rate_limited'] },
  { route: `POST ${build}/approve`, id: 'approveBuild', auth: 'member', tag: 'builds', summary: 'Let the build of a fork start',
    success: { 200: 'Build' }, errors: [...notFound, 'approval_not_pending'] },
  { route: `GET ${build}/events`, id: 'streamBuildEvents', auth: 'member', tag: 'builds', summary: 'Follow a build',
    query: { last_event_id: text }, success: { 200: 'text/event-stream' }, errors: [...notFound, 'rate_limited'] },
  { route: `GET ${org}/events`, id: 'streamOrganizationEvents', auth: 'member', tag: 'organizations', summary: 'Follow the builds of an organization',
    query: { last_event_id: text, topics: describe(text, 'With commas: `builds`; `build:{slug}/{n}`, at most 8; `log:{job_id}@{line}`, at most 4, from that line on.'),
      cursor: describe(text, 'With `topics`: the id of an event, or the `cursor` of the `BuildView` of the one build among them. The header `Last-Event-ID` comes before it.') },
    success: { 200: 'text/event-stream' }, errors: [...notFound, 'job_not_found', 'query_invalid', 'rate_limited'] },
]
