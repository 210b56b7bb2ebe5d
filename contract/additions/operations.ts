import type { Auth, JsonSchema, Verb } from '../src/document.ts'
import type { ErrorCode } from '../src/errors.ts'

/** One row of `http.md` 1.1 or 1.2. */
export interface AddedOperation {
  readonly route: `${Uppercase<Verb>} /${string}`
  readonly id: string
  readonly auth: Auth
  readonly internal?: true
  readonly tag: string
  readonly summary: string
  readonly query?: Readonly<Record<string, JsonSchema>>
  /** Name of the request schema, or the media type of a body that is not JSON. */
  readonly request?: string
  /** Successful answers: name of the schema, media type of a body that is not JSON, or null without a body. */
  readonly success: Readonly<Record<number, string | null>>
  readonly errors?: readonly ErrorCode[]
}

const signIn: readonly ErrorCode[] = [
  'oauth_redirect_invalid',
  'oauth_email_unverified',
  'oauth_provider_error',
  'oauth_not_configured',
  'signup_cap_reached',
  'signup_failed',
]
const attestation: readonly ErrorCode[] = [
  'passkey_challenge_invalid',
  'passkey_token_invalid',
  'passkey_registration_failed',
  'passkey_user_verification_required',
]
const org = '/api/v0/organizations/{org}'

// biome-ignore format: one operation a block, its facts in the order of the table in http.md
export const addedOperations: readonly AddedOperation[] = [
  { route: 'POST /api/v0/auth/google', id: 'authGoogle', auth: 'none', internal: true, tag: 'auth', summary: 'Sign in with Google',
    request: 'AuthGoogleRequest', success: { 200: 'AuthTokenResponse' }, errors: signIn },
  { route: 'POST /api/v0/auth/github', id: 'authGithub', auth: 'none', internal: true, tag: 'auth', summary: 'Sign in with GitHub',
    request: 'AuthGithubRequest', success: { 200: 'AuthTokenResponse' }, errors: signIn },
  { route: 'POST /api/v0/auth/passkey/signup/begin', id: 'passkeySignupBegin', auth: 'none', internal: true, tag: 'auth', summary: 'Ask for a sign-up mail',
    request: 'PasskeySignupBeginRequest', success: { 204: null },
    errors: ['request_invalid', 'signup_cap_reached', 'email_unconfigured', 'passkey_email_send_failed'] },
  { route: 'POST /api/v0/auth/passkey/signup/options', id: 'passkeySignupOptions', auth: 'none', internal: true, tag: 'auth', summary: 'Begin a sign-up with a passkey',
    request: 'PasskeySignupOptionsRequest', success: { 200: 'PasskeyChallengeResponse' }, errors: ['passkey_token_invalid'] },
  { route: 'POST /api/v0/auth/passkey/signup/finalize', id: 'passkeySignupFinalize', auth: 'none', internal: true, tag: 'auth', summary: 'End a sign-up with a passkey',
    request: 'PasskeySignupFinalizeRequest', success: { 200: 'AuthTokenResponse' },
    errors: [...attestation, 'passkey_signup_email_taken', 'signup_cap_reached'] },
  { route: 'POST /api/v0/auth/passkey/login/options', id: 'passkeyLoginOptions', auth: 'none', internal: true, tag: 'auth', summary: 'Begin a sign-in with a passkey',
    request: 'PasskeyLoginOptionsRequest', success: { 200: 'PasskeyChallengeResponse' } },
  { route: 'POST /api/v0/auth/passkey/login/finalize', id: 'passkeyLoginFinalize', auth: 'none', internal: true, tag: 'auth', summary: 'End a sign-in with a passkey',
    request: 'PasskeyLoginFinalizeRequest', success: { 200: 'TokenResponse' },
    errors: ['passkey_challenge_invalid', 'passkey_unknown_credential', 'passkey_assertion_failed', 'passkey_user_verification_required'] },
  { route: 'POST /api/v0/auth/passkey/register/options', id: 'passkeyRegisterOptions', auth: 'bearer', internal: true, tag: 'auth', summary: 'Begin to add a passkey',
    success: { 200: 'PasskeyRegisterOptionsResponse' }, errors: ['passkey_limit_reached'] },
  { route: 'POST /api/v0/auth/passkey/register/finalize', id: 'passkeyRegisterFinalize', auth: 'bearer', internal: true, tag: 'auth', summary: 'Add a passkey',
    request: 'PasskeyRegisterFinalizeRequest', success: { 200: 'Passkey' },
    errors: ['passkey_challenge_invalid', 'passkey_registration_failed', 'passkey_user_verification_required', 'passkey_already_registered'] },
  { route: 'POST /api/v0/auth/recover/begin', id: 'recoverBegin', auth: 'none', internal: true, tag: 'auth', summary: 'Ask for a recovery mail',
    request: 'RecoverBeginRequest', success: { 204: null } },
  { route: 'POST /api/v0/auth/recover/options', id: 'recoverOptions', auth: 'none', internal: true, tag: 'auth', summary: 'Begin a recovery',
    request: 'RecoverOptionsRequest', success: { 200: 'PasskeyChallengeResponse' }, errors: ['passkey_token_invalid'] },
  { route: 'POST /api/v0/auth/recover/finalize', id: 'recoverFinalize', auth: 'none', internal: true, tag: 'auth', summary: 'End a recovery',
    request: 'RecoverFinalizeRequest', success: { 200: 'AuthTokenResponse' }, errors: attestation },
  { route: 'GET /api/v0/user/passkeys', id: 'listPasskeys', auth: 'bearer', internal: true, tag: 'user', summary: 'List the passkeys of the current user',
    success: { 200: 'PasskeyListResponse' } },
  { route: 'DELETE /api/v0/user/passkeys/{uuid}', id: 'deletePasskey', auth: 'bearer', internal: true, tag: 'user', summary: 'Delete a passkey',
    success: { 204: null }, errors: ['passkey_not_found', 'passkey_last_credential'] },
  { route: `GET ${org}`, id: 'getOrganization', auth: 'member', tag: 'organizations', summary: 'Get an organization',
    success: { 200: 'Organization' }, errors: ['organization_not_found'] },
  { route: `GET ${org}/repos`, id: 'listOrgRepos', auth: 'member', tag: 'organizations', summary: 'List the repositories of an organization',
    success: { 200: 'RepoSummaryList' }, errors: ['organization_not_found'] },
  { route: `GET ${org}/github/installations`, id: 'listGithubInstallations', auth: 'member', internal: true, tag: 'integrations', summary: 'List GitHub installations',
    success: { 200: 'GithubInstallationList' }, errors: ['organization_not_found'] },
  { route: `POST ${org}/github/installations`, id: 'connectGithubInstallation', auth: 'admin', internal: true, tag: 'integrations', summary: 'Bind a GitHub installation',
    request: 'ConnectInstallationRequest', success: { 201: 'GithubInstallation' },
    errors: ['github_installation_id_invalid', 'github_identity_required', 'oauth_state_invalid', 'github_installation_not_found',
      'github_installation_bound_elsewhere', 'github_not_configured'] },
  { route: `DELETE ${org}/github/installations/{id}`, id: 'disconnectGithubInstallation', auth: 'admin', internal: true, tag: 'integrations', summary: 'Free a GitHub installation',
    success: { 204: null }, errors: ['github_installation_not_found'] },
  { route: `GET ${org}/github/installations/{id}/repos`, id: 'listGithubInstallationRepos', auth: 'member', internal: true, tag: 'integrations', summary: 'List the repositories of a GitHub installation',
    success: { 200: 'GithubRepoList' }, errors: ['github_installation_not_found'] },
  { route: `POST ${org}/github/installations/{id}/sync`, id: 'syncGithubInstallation', auth: 'admin', internal: true, tag: 'integrations', summary: 'Read a GitHub installation anew',
    success: { 200: 'GithubInstallation' }, errors: ['github_installation_not_found', 'github_not_configured', 'github_sync_failed'] },
  { route: `GET ${org}/bitbucket/oauth-url`, id: 'bitbucketOAuthUrl', auth: 'admin', internal: true, tag: 'integrations', summary: 'Where to connect Bitbucket',
    success: { 200: 'BitbucketOAuthUrlResponse' }, errors: ['bitbucket_not_configured'] },
  { route: `GET ${org}/bitbucket/workspaces`, id: 'listBitbucketWorkspaces', auth: 'member', internal: true, tag: 'integrations', summary: 'List Bitbucket workspaces',
    success: { 200: 'BitbucketWorkspaceList' }, errors: ['organization_not_found'] },
  { route: `GET ${org}/bitbucket/workspaces/{id}/repos`, id: 'listBitbucketRepos', auth: 'member', internal: true, tag: 'integrations', summary: 'List the repositories of a Bitbucket workspace',
    success: { 200: 'BitbucketRepoList' }, errors: ['bitbucket_workspace_not_found'] },
  { route: `DELETE ${org}/bitbucket/workspaces/{id}`, id: 'disconnectBitbucket', auth: 'admin', internal: true, tag: 'integrations', summary: 'Free a Bitbucket workspace',
    success: { 204: null }, errors: ['bitbucket_workspace_not_found'] },
  { route: 'POST /api/v0/integrations/bitbucket/connect', id: 'connectBitbucket', auth: 'admin', internal: true, tag: 'integrations', summary: 'Bind Bitbucket workspaces',
    request: 'ConnectBitbucketRequest', success: { 201: 'ConnectBitbucketResponse' },
    errors: ['bitbucket_invalid_state', 'bitbucket_installation_bound_elsewhere', 'bitbucket_connect_failed', 'bitbucket_not_configured'] },
  { route: 'POST /api/v0/billing/coupon/redeem/{org}', id: 'redeemCoupon', auth: 'admin', tag: 'billing', summary: 'Redeem a coupon',
    request: 'RedeemCouponRequest', success: { 200: 'RedeemCouponResponse' },
    errors: ['coupon_not_found', 'coupon_already_claimed', 'coupon_expired', 'coupon_exhausted'] },
  { route: 'POST /api/v0/billing/checkout/{org}', id: 'createCheckout', auth: 'admin', tag: 'billing', summary: 'Begin a payment',
    request: 'CheckoutRequest', success: { 200: 'CheckoutResponse' },
    errors: ['invalid_amount', 'billing_provider_error', 'billing_unconfigured'] },
  { route: 'POST /api/v0/stripe/webhook', id: 'stripeWebhook', auth: 'signature', internal: true, tag: 'billing', summary: 'Take an event of Stripe',
    request: '*/*', success: { 200: 'StripeWebhookResponse' }, errors: ['stripe_signature_invalid', 'billing_unconfigured'] },
  { route: 'GET /api/v0/ping', id: 'ping', auth: 'none', tag: 'system', summary: 'Ask whether the API answers',
    success: { 200: 'PingResponse' } },
  { route: 'GET /api/v0/internal/builds/{build_uuid}/source.tar.gz', id: 'getBuildSource', auth: 'runner', internal: true, tag: 'builds', summary: 'Fetch the source archive of a build',
    success: { 200: 'application/gzip', 206: 'application/gzip', 304: null }, errors: ['unauthorized', 'source_not_found', 'range_not_satisfiable'] },

  { route: 'GET /api/v0/openapi.json', id: 'getOpenApiDocument', auth: 'none', tag: 'system', summary: 'This document',
    query: { view: { type: 'string', enum: ['full'] } }, success: { 200: 'OpenApiDocument', 304: null } },
  { route: 'GET /healthz', id: 'getHealth', auth: 'none', tag: 'system', summary: 'Whether the process serves',
    success: { 200: 'text/plain' }, errors: ['draining'] },
  { route: 'GET /readyz', id: 'getReadiness', auth: 'none', tag: 'system', summary: 'Whether the server can do its work',
    success: { 200: 'ReadinessResponse' }, errors: ['not_ready'] },
  { route: 'GET /v0/jobs/{job_id}/logs', id: 'streamJobLogs', auth: 'log', tag: 'jobs', summary: 'Follow the log of a job',
    query: { token: { type: 'string' }, last_event_id: { type: 'string' } },
    success: { 200: 'text/event-stream' }, errors: ['log_stream_unauthorized', 'log_stream_forbidden', 'rate_limited'] },
  { route: 'GET /v0/jobs/{job_id}/logs.txt', id: 'getJobLogText', auth: 'log', tag: 'jobs', summary: 'Read the log of a job as plain text',
    query: { token: { type: 'string' }, meta: { type: 'string', enum: ['0', '1'] } },
    success: { 200: 'text/plain', 206: 'text/plain', 304: null }, errors: ['log_stream_unauthorized', 'log_stream_forbidden', 'range_not_satisfiable'] },
]
