import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type OperationId, operationTable } from '@harmont/contract'
import { apiError } from '../api-error.ts'
import { type Handlers, operation, scopedOperation } from '../index.ts'
import type { BoundId } from '../operations/operation.ts'

// A small feature for the tests of the HTTP layer, with fixed rows that exercise every rule of the
// layer.

export const userId = '00000000-0000-4000-8000-0000000000aa'
const instant = '2026-01-02T03:04:05.000000Z'
const jobId = '00000000-0000-4000-8000-000000000001'

const pipeline = {
  slug: 'ci',
  name: 'CI',
  description: null,
  repository: 'acme/app',
  repo_name: null,
  default_branch: 'main',
  visibility: 'private',
  allow_manual: true,
  created_at: instant,
  source_slug: null,
  archived_at: null,
  managed_by_code: false,
  fork_policy: 'approval',
  protected_branches: [],
  cache_share: false,
} as const

export const build = {
  id: jobId,
  number: 1,
  state: 'scheduled',
  pipeline_slug: 'ci',
  branch: null,
  commit: null,
  message: null,
  source: 'api',
  author: null,
  tag: null,
  pull_request: null,
  rebuild_of: null,
  error_code: null,
  error_message: null,
  created_at: instant,
  scheduled_at: instant,
  started_at: null,
  finished_at: null,
  wait_reason: null,
} as const

const job = {
  id: jobId,
  state: 'pending',
  name: null,
  command: null,
  step_key: null,
  exit_code: null,
  depends_on: [],
  soft_failed: false,
  error_code: null,
  error_message: null,
  retry_policy: { limit: 2 },
  soft_fail_policy: null,
  created_at: instant,
  started_at: null,
  finished_at: null,
  attempt: 1,
  previous_attempt_id: null,
  appended_by: null,
  after_appended: [],
  wait_reason: null,
  skip_reason: null,
  cached: false,
  substituted_image: null,
  services: [],
  scheduled_at: null,
  assigned_at: null,
  phases: [],
} as const

const organization = {
  slug: 'acme',
  name: 'Acme',
  url: null,
  members_can_create_pipelines: true,
  egress_ceiling: null,
  created_at: instant,
}
const apiToken = {
  id: jobId,
  description: 'laptop',
  created_at: instant,
  expires_at: null,
  last_used_at: null,
  scopes: ['read'],
  organizations: null,
} as const

/** The last input of `createBuild`. */
export const seen: { source: unknown; body: unknown; signal: AbortSignal | null } = {
  source: undefined,
  body: undefined,
  signal: null,
}

const inPipeline = async ({ params }: { params: { pipeline: string } }): Promise<null> => {
  if (params.pipeline === 'gate') throw apiError('pipeline_manual_disabled', 'No manual builds here.')
  if (params.pipeline !== 'ci') throw apiError('pipeline_not_found', 'Pipeline not found.')
  return null
}
const inBuild = async (context: { params: { pipeline: string; number: number } }): Promise<null> => {
  await inPipeline(context)
  if (context.params.number !== 1) throw apiError('build_not_found', 'Build not found.')
  return null
}

const own: Partial<Handlers> = {
  ping: operation('ping', async () => ({ status: 200, body: { status: 'ok' } })),
  getHealth: operation('getHealth', async () => ({
    status: 200,
    mediaType: 'text/plain',
    open: () => Readable.from(['ok']),
  })),
  getReadiness: operation('getReadiness', async () => {
    throw apiError('not_ready', 'Not ready.', {
      checks: { database: { ok: false, message: 'down' } },
      headers: { 'retry-after': '1' },
    })
  }),
  getCurrentUser: operation('getCurrentUser', async ({ caller }) => ({
    status: 200,
    body: { uuid: caller.userId, email: 'a@b.c', name: null, personal_org_slug: 'acme' },
  })),
  listApiTokens: operation('listApiTokens', async () => ({ status: 200, body: { api_tokens: [apiToken] } })),
  createApiToken: operation('createApiToken', async ({ body }) => ({
    status: 201,
    body: {
      token: 'hm_x',
      api_token: { ...apiToken, description: body.description, expires_at: body.expires_at ?? null },
    },
  })),
  revokeApiToken: operation('revokeApiToken', async () => ({ status: 204 })),
  listOrganizations: operation('listOrganizations', async ({ query }) => ({
    status: 200,
    body: { data: Array.from({ length: query.limit }, () => organization), next_cursor: query.cursor ?? null },
  })),
  createOrganization: operation('createOrganization', async ({ body }) => ({
    status: 201,
    body: { ...organization, name: body.name, url: body.url ?? null },
  })),
  getOrganization: operation('getOrganization', async ({ membership }) => ({
    status: 200,
    body: { ...organization, slug: membership.organizationSlug },
  })),
  listPipelines: operation('listPipelines', async () => ({
    status: 200,
    body: { data: [pipeline], next_cursor: null },
  })),
  createPipeline: operation('createPipeline', async ({ body }) => ({
    status: 201,
    body: { ...pipeline, name: body.name },
  })),
  getPipeline: scopedOperation('getPipeline', {
    resolve: inPipeline,
    handle: async () => ({ status: 200, body: pipeline }),
  }),
  listBuilds: scopedOperation('listBuilds', {
    resolve: inPipeline,
    handle: async () => ({ status: 200, body: { data: [build], next_cursor: null } }),
  }),
  createBuild: scopedOperation('createBuild', {
    resolve: inPipeline,
    handle: async ({ body, source }) => {
      Object.assign(seen, { body, source })
      return { status: 201, body: build, headers: { location: '/somewhere' } }
    },
  }),
  createBuildBySource: operation('createBuildBySource', async () => ({ status: 201, body: build })),
  getBuild: scopedOperation('getBuild', { resolve: inBuild, handle: async () => ({ status: 200, body: build }) }),
  cancelBuild: scopedOperation('cancelBuild', { resolve: inBuild, handle: async () => ({ status: 200, body: build }) }),
  listJobs: scopedOperation('listJobs', {
    resolve: inBuild,
    handle: async () => ({ status: 200, body: { data: [job] } }),
  }),
  getJob: scopedOperation('getJob', { resolve: inBuild, handle: async () => ({ status: 200, body: job }) }),
  listJobServices: scopedOperation('listJobServices', {
    resolve: inBuild,
    handle: async () => ({ status: 200, body: { data: [] } }),
  }),
  listJobForks: scopedOperation('listJobForks', {
    resolve: inBuild,
    handle: async () => ({ status: 200, body: { data: [] } }),
  }),
  getJobEgress: scopedOperation('getJobEgress', {
    resolve: inBuild,
    handle: async () => ({ status: 200, body: { mode: null, used: [], refused: [], complete: true } }),
  }),
  getBuildLogToken: scopedOperation('getBuildLogToken', {
    resolve: inBuild,
    handle: async () => ({ status: 200, body: { token: 'P.S', expires_at: instant } }),
  }),
  streamJobLogs: operation('streamJobLogs', async ({ query, signal }) => {
    if (query.token === undefined) throw apiError('log_stream_unauthorized', 'A token is needed.')
    seen.signal = signal
    return {
      status: 200,
      mediaType: 'text/event-stream',
      headers: { 'content-type': 'text/event-stream; charset=utf-8' },
      open: () => Readable.from((streams.get(query.token ?? '') ?? events)(signal)),
    }
  }),
  getJobLogText: operation('getJobLogText', async () => ({
    status: 200,
    mediaType: 'text/plain',
    open: () => Readable.from(['log']),
  })),
  getBuildSource: operation('getBuildSource', async ({ bearer }) => {
    if (bearer === null) throw apiError('unauthorized', 'A runner token is needed.')
    throw apiError('source_not_found', 'Build not found.')
  }),
}

/** Every operation. The few that tests need return results; the others refuse. */
export const testHandlers = Object.fromEntries(
  [...operationTable.keys()].filter(isBound).map((id) => [id, own[id] ?? refusing(id)]),
) as unknown as Handlers

function isBound(id: OperationId): id is BoundId {
  return id !== 'getOpenApiDocument'
}

function refusing(id: OperationId): unknown {
  return operation(id, async () => {
    throw apiError('service_unavailable', `\`${id}\` is not played here.`)
  })
}

async function* events(signal: AbortSignal): AsyncGenerator<string> {
  yield 'event: history\ndata: {"chunks":[]}\n\n'
  while (!signal.aborted) {
    await delay(50)
    yield ': still here\n\n'
  }
}

async function* flood(signal: AbortSignal): AsyncGenerator<Buffer> {
  while (!signal.aborted) yield Buffer.alloc(65_536, 'x')
}

async function* silent(): AsyncGenerator<string> {
  yield 'first'
  await delay(1_500)
  yield 'last'
}

const streams = new Map<string, (signal: AbortSignal) => AsyncGenerator<string | Buffer>>([
  ['flood', flood],
  ['silent', silent],
])
