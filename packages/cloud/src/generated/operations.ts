// Written by npm run generate -w packages/cloud.
import type { Answer, CallOptions, Input } from '../call.ts'

export const routes = {
  cliClaim: { method: 'POST', path: '/api/v0/auth/cli/claim', query: [], idempotent: false, answer: 'json' },
  cliCode: { method: 'POST', path: '/api/v0/auth/cli/code', query: [], idempotent: false, answer: 'json' },
  cliRedeem: { method: 'POST', path: '/api/v0/auth/cli/redeem', query: [], idempotent: false, answer: 'json' },
  cliTransfer: { method: 'POST', path: '/api/v0/auth/cli/transfer', query: [], idempotent: false, answer: 'none' },
  logout: { method: 'POST', path: '/api/v0/auth/logout', query: [], idempotent: false, answer: 'none' },
  getBillingBalance: { method: 'GET', path: '/api/v0/billing/balance/{org}', query: [], idempotent: false, answer: 'json' },
  listBillingTransactions: { method: 'GET', path: '/api/v0/billing/transactions/{org}', query: ['limit', 'cursor', 'source'], idempotent: false, answer: 'json' },
  getBillingUsage: { method: 'GET', path: '/api/v0/billing/usage/{org}', query: ['from', 'to'], idempotent: false, answer: 'json' },
  getBillingUsageBreakdown: { method: 'GET', path: '/api/v0/billing/usage/{org}/breakdown', query: ['from', 'to', 'pipeline', 'limit', 'cursor'], idempotent: false, answer: 'json' },
  getBillingUsageSeries: { method: 'GET', path: '/api/v0/billing/usage/{org}/series', query: ['from', 'to'], idempotent: false, answer: 'json' },
  acceptInvite: { method: 'POST', path: '/api/v0/invites/accept', query: [], idempotent: false, answer: 'json' },
  listOrganizations: { method: 'GET', path: '/api/v0/organizations', query: ['limit', 'cursor'], idempotent: false, answer: 'json' },
  createOrganization: { method: 'POST', path: '/api/v0/organizations', query: [], idempotent: false, answer: 'json' },
  createBuildBySource: { method: 'POST', path: '/api/v0/organizations/{org}/builds', query: [], idempotent: true, answer: 'json' },
  listOrganizationBuilds: { method: 'GET', path: '/api/v0/organizations/{org}/builds', query: ['pipeline', 'state', 'branch', 'commit', 'author', 'source', 'q', 'from', 'to', 'limit', 'cursor'], idempotent: false, answer: 'json' },
  listInvites: { method: 'GET', path: '/api/v0/organizations/{org}/invites', query: [], idempotent: false, answer: 'json' },
  createInvite: { method: 'POST', path: '/api/v0/organizations/{org}/invites', query: [], idempotent: false, answer: 'json' },
  revokeInvite: { method: 'DELETE', path: '/api/v0/organizations/{org}/invites/{id}', query: [], idempotent: false, answer: 'none' },
  listOrgMembers: { method: 'GET', path: '/api/v0/organizations/{org}/members', query: [], idempotent: false, answer: 'json' },
  removeOrgMember: { method: 'DELETE', path: '/api/v0/organizations/{org}/members/{user_id}', query: [], idempotent: false, answer: 'none' },
  updateOrgMember: { method: 'PATCH', path: '/api/v0/organizations/{org}/members/{user_id}', query: [], idempotent: false, answer: 'json' },
  listPipelines: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines', query: ['limit', 'cursor', 'archived', 'q'], idempotent: false, answer: 'json' },
  createPipeline: { method: 'POST', path: '/api/v0/organizations/{org}/pipelines', query: [], idempotent: false, answer: 'json' },
  getPipeline: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}', query: [], idempotent: false, answer: 'json' },
  updatePipeline: { method: 'PATCH', path: '/api/v0/organizations/{org}/pipelines/{pipeline}', query: [], idempotent: false, answer: 'json' },
  archivePipeline: { method: 'DELETE', path: '/api/v0/organizations/{org}/pipelines/{pipeline}', query: [], idempotent: false, answer: 'none' },
  listBuilds: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds', query: ['limit', 'cursor', 'state', 'branch', 'commit', 'source'], idempotent: false, answer: 'json' },
  createBuild: { method: 'POST', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds', query: [], idempotent: true, answer: 'json' },
  getBuild: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}', query: [], idempotent: false, answer: 'json' },
  cancelBuild: { method: 'PUT', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/cancel', query: [], idempotent: false, answer: 'json' },
  listJobs: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs', query: ['attempts'], idempotent: false, answer: 'json' },
  getJob: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}', query: [], idempotent: false, answer: 'json' },
  getBuildLogToken: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/log-token', query: [], idempotent: false, answer: 'json' },
  deleteCurrentUser: { method: 'DELETE', path: '/api/v0/user', query: [], idempotent: false, answer: 'none' },
  getCurrentUser: { method: 'GET', path: '/api/v0/user', query: [], idempotent: false, answer: 'json' },
  updateCurrentUser: { method: 'PATCH', path: '/api/v0/user', query: [], idempotent: false, answer: 'json' },
  listApiTokens: { method: 'GET', path: '/api/v0/user/api-tokens', query: [], idempotent: false, answer: 'json' },
  createApiToken: { method: 'POST', path: '/api/v0/user/api-tokens', query: [], idempotent: false, answer: 'json' },
  revokeApiToken: { method: 'DELETE', path: '/api/v0/user/api-tokens/{id}', query: [], idempotent: false, answer: 'none' },
  getAuthConfig: { method: 'GET', path: '/api/v0/auth/config', query: [], idempotent: false, answer: 'json' },
  getSession: { method: 'GET', path: '/api/v0/session', query: [], idempotent: false, answer: 'json' },
  listSessions: { method: 'GET', path: '/api/v0/user/sessions', query: [], idempotent: false, answer: 'json' },
  revokeSessions: { method: 'DELETE', path: '/api/v0/user/sessions', query: ['current'], idempotent: false, answer: 'none' },
  revokeSession: { method: 'DELETE', path: '/api/v0/user/sessions/{id}', query: [], idempotent: false, answer: 'none' },
  getOrganization: { method: 'GET', path: '/api/v0/organizations/{org}', query: [], idempotent: false, answer: 'json' },
  updateOrganization: { method: 'PATCH', path: '/api/v0/organizations/{org}', query: [], idempotent: false, answer: 'json' },
  deleteOrganization: { method: 'DELETE', path: '/api/v0/organizations/{org}', query: [], idempotent: false, answer: 'none' },
  listOrgRepos: { method: 'GET', path: '/api/v0/organizations/{org}/repos', query: [], idempotent: false, answer: 'json' },
  listAuditEvents: { method: 'GET', path: '/api/v0/organizations/{org}/audit-events', query: ['limit', 'cursor'], idempotent: false, answer: 'json' },
  listOrganizationSecrets: { method: 'GET', path: '/api/v0/organizations/{org}/secrets', query: [], idempotent: false, answer: 'json' },
  setOrganizationSecret: { method: 'POST', path: '/api/v0/organizations/{org}/secrets', query: [], idempotent: false, answer: 'none' },
  deleteOrganizationSecret: { method: 'DELETE', path: '/api/v0/organizations/{org}/secrets/{name}', query: [], idempotent: false, answer: 'none' },
  listPipelineSummaries: { method: 'GET', path: '/api/v0/organizations/{org}/pipeline-summaries', query: ['q', 'state', 'sort', 'limit', 'cursor'], idempotent: false, answer: 'json' },
  listPipelineSecrets: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/secrets', query: [], idempotent: false, answer: 'json' },
  setPipelineSecret: { method: 'POST', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/secrets', query: [], idempotent: false, answer: 'none' },
  deletePipelineSecret: { method: 'DELETE', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/secrets/{name}', query: [], idempotent: false, answer: 'none' },
  streamJobLogs: { method: 'GET', path: '/v0/jobs/{job_id}/logs', query: ['token', 'last_event_id'], idempotent: false, answer: 'stream' },
  getJobLogText: { method: 'GET', path: '/v0/jobs/{job_id}/logs.txt', query: ['token', 'meta', 'plain', 'download'], idempotent: false, answer: 'stream' },
  readJobLog: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/log', query: ['at', 'limit'], idempotent: false, answer: 'json' },
  listJobServices: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/services', query: [], idempotent: false, answer: 'json' },
  listJobForks: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/forks', query: [], idempotent: false, answer: 'json' },
  getJobEgress: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/egress', query: [], idempotent: false, answer: 'json' },
  readJobLogLines: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/log/lines', query: ['from', 'limit'], idempotent: false, answer: 'json' },
  searchJobLog: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/log/search', query: ['q', 'regex', 'case', 'word', 'from', 'limit'], idempotent: false, answer: 'json' },
  getBuildView: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/view', query: ['failed'], idempotent: false, answer: 'json' },
  rebuildBuild: { method: 'POST', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/rebuild', query: [], idempotent: true, answer: 'json' },
  retryBuild: { method: 'POST', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/retry', query: [], idempotent: true, answer: 'json' },
  retryJob: { method: 'POST', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/retry', query: [], idempotent: true, answer: 'json' },
  openShell: { method: 'POST', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/shell', query: [], idempotent: false, answer: 'json' },
  approveBuild: { method: 'POST', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/approve', query: [], idempotent: false, answer: 'json' },
  streamBuildEvents: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/events', query: ['last_event_id'], idempotent: false, answer: 'stream' },
  streamOrganizationEvents: { method: 'GET', path: '/api/v0/organizations/{org}/events', query: ['last_event_id', 'topics', 'cursor'], idempotent: false, answer: 'stream' },
  redeemCoupon: { method: 'POST', path: '/api/v0/billing/coupon/redeem/{org}', query: [], idempotent: false, answer: 'json' },
  createCheckout: { method: 'POST', path: '/api/v0/billing/checkout/{org}', query: [], idempotent: true, answer: 'json' },
  getUsageByPipeline: { method: 'GET', path: '/api/v0/billing/usage/{org}/pipelines', query: ['from', 'to'], idempotent: false, answer: 'json' },
  exportBilling: { method: 'GET', path: '/api/v0/billing/export/{org}', query: ['kind', 'from', 'to'], idempotent: false, answer: 'stream' },
  ping: { method: 'GET', path: '/api/v0/ping', query: [], idempotent: false, answer: 'json' },
  getOpenApiDocument: { method: 'GET', path: '/api/v0/openapi.json', query: ['view'], idempotent: false, answer: 'json' },
  getOpenIdConfiguration: { method: 'GET', path: '/.well-known/openid-configuration', query: [], idempotent: false, answer: 'json' },
  getJwks: { method: 'GET', path: '/.well-known/jwks.json', query: [], idempotent: false, answer: 'json' },
  getHealth: { method: 'GET', path: '/healthz', query: [], idempotent: false, answer: 'stream' },
  getReadiness: { method: 'GET', path: '/readyz', query: [], idempotent: false, answer: 'json' },
  listBuildTests: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/tests', query: ['state', 'q', 'job', 'limit', 'cursor'], idempotent: false, answer: 'json' },
  listPipelineTests: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/tests', query: ['state', 'q', 'limit', 'cursor'], idempotent: false, answer: 'json' },
  getTest: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/tests/{test}', query: ['limit', 'cursor'], idempotent: false, answer: 'json' },
  updateTest: { method: 'PATCH', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/tests/{test}', query: [], idempotent: false, answer: 'json' },
  listAnnotations: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/annotations', query: [], idempotent: false, answer: 'json' },
  listArtifacts: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/artifacts', query: ['limit', 'cursor'], idempotent: false, answer: 'json' },
  getArtifact: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/artifacts/{artifact_id}', query: [], idempotent: false, answer: 'stream' },
  downloadArtifacts: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/artifacts.zip', query: ['path'], idempotent: false, answer: 'stream' },
  listRunners: { method: 'GET', path: '/api/v0/organizations/{org}/runners', query: ['scope'], idempotent: false, answer: 'json' },
  revokeRunner: { method: 'DELETE', path: '/api/v0/organizations/{org}/runners/{runner_id}', query: [], idempotent: false, answer: 'none' },
  drainRunner: { method: 'PUT', path: '/api/v0/organizations/{org}/runners/{runner_id}/drain', query: [], idempotent: false, answer: 'none' },
  resumeRunner: { method: 'DELETE', path: '/api/v0/organizations/{org}/runners/{runner_id}/drain', query: [], idempotent: false, answer: 'none' },
  listRunnerKeys: { method: 'GET', path: '/api/v0/organizations/{org}/runner-keys', query: ['scope'], idempotent: false, answer: 'json' },
  createRunnerKey: { method: 'POST', path: '/api/v0/organizations/{org}/runner-keys', query: [], idempotent: false, answer: 'json' },
  revokeRunnerKey: { method: 'DELETE', path: '/api/v0/organizations/{org}/runner-keys/{key_id}', query: [], idempotent: false, answer: 'none' },
  listNotifications: { method: 'GET', path: '/api/v0/organizations/{org}/notifications', query: ['pipeline'], idempotent: false, answer: 'json' },
  createNotification: { method: 'POST', path: '/api/v0/organizations/{org}/notifications', query: [], idempotent: false, answer: 'json' },
  updateNotification: { method: 'PATCH', path: '/api/v0/organizations/{org}/notifications/{notification_id}', query: [], idempotent: false, answer: 'json' },
  deleteNotification: { method: 'DELETE', path: '/api/v0/organizations/{org}/notifications/{notification_id}', query: [], idempotent: false, answer: 'none' },
  rotateNotificationSecret: { method: 'POST', path: '/api/v0/organizations/{org}/notifications/{notification_id}/secret', query: [], idempotent: false, answer: 'json' },
  testNotification: { method: 'POST', path: '/api/v0/organizations/{org}/notifications/{notification_id}/test', query: [], idempotent: false, answer: 'json' },
  listNotificationDeliveries: { method: 'GET', path: '/api/v0/organizations/{org}/notifications/{notification_id}/deliveries', query: ['limit', 'cursor'], idempotent: false, answer: 'json' },
  replayNotificationDelivery: { method: 'POST', path: '/api/v0/organizations/{org}/notifications/{notification_id}/deliveries/{delivery_id}/replay', query: [], idempotent: false, answer: 'json' },
  getBadge: { method: 'GET', path: '/badges/{org}/{pipeline}.svg', query: ['branch', 'token'], idempotent: false, answer: 'stream' },
  getBadgeSettings: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/badge', query: [], idempotent: false, answer: 'json' },
  updateBadgeSettings: { method: 'PUT', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/badge', query: [], idempotent: false, answer: 'json' },
  getPipelineTime: { method: 'GET', path: '/api/v0/organizations/{org}/pipelines/{pipeline}/time', query: ['days'], idempotent: false, answer: 'json' },
  listRegistries: { method: 'GET', path: '/api/v0/organizations/{org}/registries', query: [], idempotent: false, answer: 'json' },
  setRegistry: { method: 'PUT', path: '/api/v0/organizations/{org}/registries/{host}', query: [], idempotent: false, answer: 'none' },
  deleteRegistry: { method: 'DELETE', path: '/api/v0/organizations/{org}/registries/{host}', query: [], idempotent: false, answer: 'none' },
} as const

/**
 * Every operation of the API. Parameters of path and query are members of the input; the body is
 * its member `body`.
 */
export interface Operations {
  /** Claim a transferred session token (CLI loopback poll) */
  cliClaim(input: Input<'cliClaim'>, options?: CallOptions): Promise<Answer<'cliClaim'>>
  /** Mint a human-typeable CLI paste code */
  cliCode(input?: Input<'cliCode'>, options?: CallOptions): Promise<Answer<'cliCode'>>
  /** Redeem a CLI paste code for a session token */
  cliRedeem(input: Input<'cliRedeem'>, options?: CallOptions): Promise<Answer<'cliRedeem'>>
  /** Hand a session token to a locally-running CLI (loopback) */
  cliTransfer(input: Input<'cliTransfer'>, options?: CallOptions): Promise<Answer<'cliTransfer'>>
  /** Log out (revoke the current bearer token) */
  logout(input?: Input<'logout'>, options?: CallOptions): Promise<Answer<'logout'>>
  /** Get an organization's balance */
  getBillingBalance(input: Input<'getBillingBalance'>, options?: CallOptions): Promise<Answer<'getBillingBalance'>>
  /** List an organization's ledger entries */
  listBillingTransactions(input: Input<'listBillingTransactions'>, options?: CallOptions): Promise<Answer<'listBillingTransactions'>>
  /** Get an organization's VM usage */
  getBillingUsage(input: Input<'getBillingUsage'>, options?: CallOptions): Promise<Answer<'getBillingUsage'>>
  /** Per-build VM usage breakdown */
  getBillingUsageBreakdown(input: Input<'getBillingUsageBreakdown'>, options?: CallOptions): Promise<Answer<'getBillingUsageBreakdown'>>
  /** Per-day usage time-series */
  getBillingUsageSeries(input: Input<'getBillingUsageSeries'>, options?: CallOptions): Promise<Answer<'getBillingUsageSeries'>>
  /** Accept an invite */
  acceptInvite(input: Input<'acceptInvite'>, options?: CallOptions): Promise<Answer<'acceptInvite'>>
  /** List the current user's organizations */
  listOrganizations(input?: Input<'listOrganizations'>, options?: CallOptions): Promise<Answer<'listOrganizations'>>
  /** Create an organization */
  createOrganization(input: Input<'createOrganization'>, options?: CallOptions): Promise<Answer<'createOrganization'>>
  /** Create a build by repo + source slug */
  createBuildBySource(input: Input<'createBuildBySource'>, options?: CallOptions): Promise<Answer<'createBuildBySource'>>
  /** List the builds of an organization */
  listOrganizationBuilds(input: Input<'listOrganizationBuilds'>, options?: CallOptions): Promise<Answer<'listOrganizationBuilds'>>
  /** List pending invites */
  listInvites(input: Input<'listInvites'>, options?: CallOptions): Promise<Answer<'listInvites'>>
  /** Invite an email to the organization */
  createInvite(input: Input<'createInvite'>, options?: CallOptions): Promise<Answer<'createInvite'>>
  /** Revoke a pending invite */
  revokeInvite(input: Input<'revokeInvite'>, options?: CallOptions): Promise<Answer<'revokeInvite'>>
  /** List organization members */
  listOrgMembers(input: Input<'listOrgMembers'>, options?: CallOptions): Promise<Answer<'listOrgMembers'>>
  /** Remove a member */
  removeOrgMember(input: Input<'removeOrgMember'>, options?: CallOptions): Promise<Answer<'removeOrgMember'>>
  /** Change a member's role */
  updateOrgMember(input: Input<'updateOrgMember'>, options?: CallOptions): Promise<Answer<'updateOrgMember'>>
  /** List an organization's pipelines */
  listPipelines(input: Input<'listPipelines'>, options?: CallOptions): Promise<Answer<'listPipelines'>>
  /** Create a pipeline */
  createPipeline(input: Input<'createPipeline'>, options?: CallOptions): Promise<Answer<'createPipeline'>>
  /** Get a pipeline */
  getPipeline(input: Input<'getPipeline'>, options?: CallOptions): Promise<Answer<'getPipeline'>>
  /** Change a pipeline */
  updatePipeline(input: Input<'updatePipeline'>, options?: CallOptions): Promise<Answer<'updatePipeline'>>
  /** Archive a pipeline */
  archivePipeline(input: Input<'archivePipeline'>, options?: CallOptions): Promise<Answer<'archivePipeline'>>
  /** List a pipeline's builds */
  listBuilds(input: Input<'listBuilds'>, options?: CallOptions): Promise<Answer<'listBuilds'>>
  /** Create a build */
  createBuild(input: Input<'createBuild'>, options?: CallOptions): Promise<Answer<'createBuild'>>
  /** Get a build */
  getBuild(input: Input<'getBuild'>, options?: CallOptions): Promise<Answer<'getBuild'>>
  /** Cancel a build */
  cancelBuild(input: Input<'cancelBuild'>, options?: CallOptions): Promise<Answer<'cancelBuild'>>
  /** List a build's jobs */
  listJobs(input: Input<'listJobs'>, options?: CallOptions): Promise<Answer<'listJobs'>>
  /** Get a job */
  getJob(input: Input<'getJob'>, options?: CallOptions): Promise<Answer<'getJob'>>
  /** Mint a build-scoped log token */
  getBuildLogToken(input: Input<'getBuildLogToken'>, options?: CallOptions): Promise<Answer<'getBuildLogToken'>>
  /** Delete the current user's account */
  deleteCurrentUser(input?: Input<'deleteCurrentUser'>, options?: CallOptions): Promise<Answer<'deleteCurrentUser'>>
  /** Get the current authenticated user */
  getCurrentUser(input?: Input<'getCurrentUser'>, options?: CallOptions): Promise<Answer<'getCurrentUser'>>
  /** Update the current user's display name */
  updateCurrentUser(input: Input<'updateCurrentUser'>, options?: CallOptions): Promise<Answer<'updateCurrentUser'>>
  /** List the current user's API keys */
  listApiTokens(input?: Input<'listApiTokens'>, options?: CallOptions): Promise<Answer<'listApiTokens'>>
  /** Create a personal API key */
  createApiToken(input: Input<'createApiToken'>, options?: CallOptions): Promise<Answer<'createApiToken'>>
  /** Revoke one of the current user's API keys */
  revokeApiToken(input: Input<'revokeApiToken'>, options?: CallOptions): Promise<Answer<'revokeApiToken'>>
  /** How one can sign in here, and what this server offers */
  getAuthConfig(input?: Input<'getAuthConfig'>, options?: CallOptions): Promise<Answer<'getAuthConfig'>>
  /** Who calls, and what it may do where */
  getSession(input?: Input<'getSession'>, options?: CallOptions): Promise<Answer<'getSession'>>
  /** List the sessions of the current user */
  listSessions(input?: Input<'listSessions'>, options?: CallOptions): Promise<Answer<'listSessions'>>
  /** End all other sessions, with current=true this one too */
  revokeSessions(input?: Input<'revokeSessions'>, options?: CallOptions): Promise<Answer<'revokeSessions'>>
  /** End a session */
  revokeSession(input: Input<'revokeSession'>, options?: CallOptions): Promise<Answer<'revokeSession'>>
  /** Get an organization */
  getOrganization(input: Input<'getOrganization'>, options?: CallOptions): Promise<Answer<'getOrganization'>>
  /** Change an organization */
  updateOrganization(input: Input<'updateOrganization'>, options?: CallOptions): Promise<Answer<'updateOrganization'>>
  /** Delete an organization */
  deleteOrganization(input: Input<'deleteOrganization'>, options?: CallOptions): Promise<Answer<'deleteOrganization'>>
  /** List the repositories of an organization */
  listOrgRepos(input: Input<'listOrgRepos'>, options?: CallOptions): Promise<Answer<'listOrgRepos'>>
  /** Who did what, when and from where */
  listAuditEvents(input: Input<'listAuditEvents'>, options?: CallOptions): Promise<Answer<'listAuditEvents'>>
  /** List the secrets of an organization, without values */
  listOrganizationSecrets(input: Input<'listOrganizationSecrets'>, options?: CallOptions): Promise<Answer<'listOrganizationSecrets'>>
  /** Set a secret of an organization */
  setOrganizationSecret(input: Input<'setOrganizationSecret'>, options?: CallOptions): Promise<Answer<'setOrganizationSecret'>>
  /** Delete a secret of an organization */
  deleteOrganizationSecret(input: Input<'deleteOrganizationSecret'>, options?: CallOptions): Promise<Answer<'deleteOrganizationSecret'>>
  /** List pipelines with their newest builds */
  listPipelineSummaries(input: Input<'listPipelineSummaries'>, options?: CallOptions): Promise<Answer<'listPipelineSummaries'>>
  /** List the secrets of a pipeline, without values */
  listPipelineSecrets(input: Input<'listPipelineSecrets'>, options?: CallOptions): Promise<Answer<'listPipelineSecrets'>>
  /** Set a secret of a pipeline, which wins over the organization's */
  setPipelineSecret(input: Input<'setPipelineSecret'>, options?: CallOptions): Promise<Answer<'setPipelineSecret'>>
  /** Delete a secret of a pipeline */
  deletePipelineSecret(input: Input<'deletePipelineSecret'>, options?: CallOptions): Promise<Answer<'deletePipelineSecret'>>
  /** Follow the log of a job */
  streamJobLogs(input: Input<'streamJobLogs'>, options?: CallOptions): Promise<Answer<'streamJobLogs'>>
  /** Read the log of a job as plain text */
  getJobLogText(input: Input<'getJobLogText'>, options?: CallOptions): Promise<Answer<'getJobLogText'>>
  /** What a log holds, and a page of it */
  readJobLog(input: Input<'readJobLog'>, options?: CallOptions): Promise<Answer<'readJobLog'>>
  /** The services that run beside a job */
  listJobServices(input: Input<'listJobServices'>, options?: CallOptions): Promise<Answer<'listJobServices'>>
  /** The runs that prove a job's failed tests */
  listJobForks(input: Input<'listJobForks'>, options?: CallOptions): Promise<Answer<'listJobForks'>>
  /** The hosts that a job used and was refused */
  getJobEgress(input: Input<'getJobEgress'>, options?: CallOptions): Promise<Answer<'getJobEgress'>>
  /** Read lines of a log */
  readJobLogLines(input: Input<'readJobLogLines'>, options?: CallOptions): Promise<Answer<'readJobLogLines'>>
  /** Search a log */
  searchJobLog(input: Input<'searchJobLog'>, options?: CallOptions): Promise<Answer<'searchJobLog'>>
  /** Everything that the page of a build shows */
  getBuildView(input: Input<'getBuildView'>, options?: CallOptions): Promise<Answer<'getBuildView'>>
  /** Build the same again */
  rebuildBuild(input: Input<'rebuildBuild'>, options?: CallOptions): Promise<Answer<'rebuildBuild'>>
  /** Retry jobs of a build */
  retryBuild(input: Input<'retryBuild'>, options?: CallOptions): Promise<Answer<'retryBuild'>>
  /** Retry a job */
  retryJob(input: Input<'retryJob'>, options?: CallOptions): Promise<Answer<'retryJob'>>
  /** Ask for a shell in the file system of a job's step */
  openShell(input: Input<'openShell'>, options?: CallOptions): Promise<Answer<'openShell'>>
  /** Let the build of a fork start */
  approveBuild(input: Input<'approveBuild'>, options?: CallOptions): Promise<Answer<'approveBuild'>>
  /** Follow a build */
  streamBuildEvents(input: Input<'streamBuildEvents'>, options?: CallOptions): Promise<Answer<'streamBuildEvents'>>
  /** Follow the builds of an organization */
  streamOrganizationEvents(input: Input<'streamOrganizationEvents'>, options?: CallOptions): Promise<Answer<'streamOrganizationEvents'>>
  /** Redeem a coupon */
  redeemCoupon(input: Input<'redeemCoupon'>, options?: CallOptions): Promise<Answer<'redeemCoupon'>>
  /** Begin a payment */
  createCheckout(input: Input<'createCheckout'>, options?: CallOptions): Promise<Answer<'createCheckout'>>
  /** Usage by pipeline */
  getUsageByPipeline(input: Input<'getUsageByPipeline'>, options?: CallOptions): Promise<Answer<'getUsageByPipeline'>>
  /** The ledger or the usage as CSV */
  exportBilling(input: Input<'exportBilling'>, options?: CallOptions): Promise<Answer<'exportBilling'>>
  /** Ask whether the API answers */
  ping(input?: Input<'ping'>, options?: CallOptions): Promise<Answer<'ping'>>
  /** This document */
  getOpenApiDocument(input?: Input<'getOpenApiDocument'>, options?: CallOptions): Promise<Answer<'getOpenApiDocument'>>
  /** How the identity tokens of steps are verified (OpenID Connect Discovery) */
  getOpenIdConfiguration(input?: Input<'getOpenIdConfiguration'>, options?: CallOptions): Promise<Answer<'getOpenIdConfiguration'>>
  /** The public keys that sign the identity tokens of steps */
  getJwks(input?: Input<'getJwks'>, options?: CallOptions): Promise<Answer<'getJwks'>>
  /** Whether the process serves */
  getHealth(input?: Input<'getHealth'>, options?: CallOptions): Promise<Answer<'getHealth'>>
  /** Whether the server can do its work */
  getReadiness(input?: Input<'getReadiness'>, options?: CallOptions): Promise<Answer<'getReadiness'>>
  /** List a build's tests */
  listBuildTests(input: Input<'listBuildTests'>, options?: CallOptions): Promise<Answer<'listBuildTests'>>
  /** List a pipeline's tests */
  listPipelineTests(input: Input<'listPipelineTests'>, options?: CallOptions): Promise<Answer<'listPipelineTests'>>
  /** Get a test */
  getTest(input: Input<'getTest'>, options?: CallOptions): Promise<Answer<'getTest'>>
  /** Put a test into quarantine, or lift it */
  updateTest(input: Input<'updateTest'>, options?: CallOptions): Promise<Answer<'updateTest'>>
  /** The summary and annotations of a build's steps */
  listAnnotations(input: Input<'listAnnotations'>, options?: CallOptions): Promise<Answer<'listAnnotations'>>
  /** List the artifacts of a build, by path */
  listArtifacts(input: Input<'listArtifacts'>, options?: CallOptions): Promise<Answer<'listArtifacts'>>
  /** Download an artifact */
  getArtifact(input: Input<'getArtifact'>, options?: CallOptions): Promise<Answer<'getArtifact'>>
  /** Download the artifacts of a build as one zip archive */
  downloadArtifacts(input: Input<'downloadArtifacts'>, options?: CallOptions): Promise<Answer<'downloadArtifacts'>>
  /** List the runners that take jobs of the organization */
  listRunners(input: Input<'listRunners'>, options?: CallOptions): Promise<Answer<'listRunners'>>
  /** Refuse a runner from now on */
  revokeRunner(input: Input<'revokeRunner'>, options?: CallOptions): Promise<Answer<'revokeRunner'>>
  /** Give a runner nothing new */
  drainRunner(input: Input<'drainRunner'>, options?: CallOptions): Promise<Answer<'drainRunner'>>
  /** Let a runner take work again */
  resumeRunner(input: Input<'resumeRunner'>, options?: CallOptions): Promise<Answer<'resumeRunner'>>
  /** List the keys with which runners join */
  listRunnerKeys(input: Input<'listRunnerKeys'>, options?: CallOptions): Promise<Answer<'listRunnerKeys'>>
  /** Create a key with which runners join */
  createRunnerKey(input: Input<'createRunnerKey'>, options?: CallOptions): Promise<Answer<'createRunnerKey'>>
  /** Revoke a key for runners */
  revokeRunnerKey(input: Input<'revokeRunnerKey'>, options?: CallOptions): Promise<Answer<'revokeRunnerKey'>>
  /** List who is told of what */
  listNotifications(input: Input<'listNotifications'>, options?: CallOptions): Promise<Answer<'listNotifications'>>
  /** Tell somebody what happens to builds */
  createNotification(input: Input<'createNotification'>, options?: CallOptions): Promise<Answer<'createNotification'>>
  /** Change a notification, or switch it off and on */
  updateNotification(input: Input<'updateNotification'>, options?: CallOptions): Promise<Answer<'updateNotification'>>
  /** Delete a notification with its log */
  deleteNotification(input: Input<'deleteNotification'>, options?: CallOptions): Promise<Answer<'deleteNotification'>>
  /** Replace the secret of a webhook */
  rotateNotificationSecret(input: Input<'rotateNotificationSecret'>, options?: CallOptions): Promise<Answer<'rotateNotificationSecret'>>
  /** Send a message that only says that it arrives */
  testNotification(input: Input<'testNotification'>, options?: CallOptions): Promise<Answer<'testNotification'>>
  /** List what was sent, and what came of it */
  listNotificationDeliveries(input: Input<'listNotificationDeliveries'>, options?: CallOptions): Promise<Answer<'listNotificationDeliveries'>>
  /** Send a delivery again */
  replayNotificationDelivery(input: Input<'replayNotificationDelivery'>, options?: CallOptions): Promise<Answer<'replayNotificationDelivery'>>
  /** Show the state of a branch as a picture */
  getBadge(input: Input<'getBadge'>, options?: CallOptions): Promise<Answer<'getBadge'>>
  /** Show who may see the badge of a pipeline */
  getBadgeSettings(input: Input<'getBadgeSettings'>, options?: CallOptions): Promise<Answer<'getBadgeSettings'>>
  /** Say who may see the badge of a pipeline */
  updateBadgeSettings(input: Input<'updateBadgeSettings'>, options?: CallOptions): Promise<Answer<'updateBadgeSettings'>>
  /** Where the time of a pipeline's builds went */
  getPipelineTime(input: Input<'getPipelineTime'>, options?: CallOptions): Promise<Answer<'getPipelineTime'>>
  /** List the logins of registries */
  listRegistries(input: Input<'listRegistries'>, options?: CallOptions): Promise<Answer<'listRegistries'>>
  /** Set the login of a registry */
  setRegistry(input: Input<'setRegistry'>, options?: CallOptions): Promise<Answer<'setRegistry'>>
  /** Remove the login of a registry */
  deleteRegistry(input: Input<'deleteRegistry'>, options?: CallOptions): Promise<Answer<'deleteRegistry'>>
}
