/** The statuses of API errors. */
export type ErrorStatus =
  | 400
  | 401
  | 402
  | 403
  | 404
  | 405
  | 408
  | 409
  | 413
  | 414
  | 415
  | 416
  | 422
  | 429
  | 431
  | 500
  | 502
  | 503

/** The closed list of `error.type`. */
export type ErrorType =
  | 'invalid_request'
  | 'unauthorized'
  | 'billing'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'validation_failed'
  | 'rate_limited'
  | 'server_error'
  | 'service_unavailable'

interface CatalogueEntry {
  readonly status: ErrorStatus
  readonly meaning: string
}

/**
 * Every code of an API error. A code is never renamed and never reused, because programs depend on
 * it.
 */
export const errorCatalogue = {
  request_malformed: {
    status: 400,
    meaning: 'The bytes received are not HTTP, or a header or the percent-encoding of the URL is broken.',
  },
  uri_too_long: { status: 414, meaning: 'The URL is longer than 8 KiB.' },
  headers_too_large: { status: 431, meaning: 'The request headers are larger than 16 KiB.' },
  invalid_json: { status: 400, meaning: 'The body is not JSON or not UTF-8.' },
  query_invalid: { status: 400, meaning: 'A query parameter has a wrong type or value.' },
  invalid_cursor: {
    status: 400,
    meaning: 'The cursor is damaged, or belongs to another list, organization or filter.',
  },
  idempotency_key_invalid: { status: 400, meaning: 'The Idempotency-Key is not 1 to 255 visible ASCII characters.' },
  cli_code_invalid: { status: 400, meaning: 'The nonce or paste code is unknown, used or expired.' },
  passkey_token_invalid: {
    status: 400,
    meaning: 'The verification token, recovery link or setup link is unknown, used or expired.',
  },
  passkey_challenge_invalid: {
    status: 400,
    meaning: 'The challenge is unknown, used, expired, of another purpose, user or token, or not the signed one.',
  },
  passkey_assertion_failed: {
    status: 400,
    meaning: 'The signature, origin, relying party, user handle or counter is wrong, or the passkey is locked.',
  },
  passkey_registration_failed: {
    status: 400,
    meaning: 'The attestation is malformed, of a wrong origin or relying party, or of an unsupported algorithm.',
  },
  passkey_unknown_credential: { status: 400, meaning: 'Unknown passkey.' },
  passkey_user_verification_required: { status: 400, meaning: 'The authenticator did not verify its user.' },
  stripe_signature_invalid: { status: 400, meaning: 'The signature of the Stripe event is absent, wrong or too old.' },
  webhook_header_missing: { status: 400, meaning: 'The event or delivery header of the webhook is absent.' },
  unauthorized: { status: 401, meaning: 'The credential is absent, unknown, expired or revoked.' },
  log_stream_unauthorized: { status: 401, meaning: 'The log token is absent, malformed, forged or expired.' },
  webhook_signature_invalid: { status: 401, meaning: 'The HMAC of the webhook is wrong.' },
  billing_insufficient_balance: {
    status: 402,
    meaning: 'Billing is on and the organization has no balance available.',
  },
  insufficient_org_role: { status: 403, meaning: 'The role in the organization is too low for this.' },
  insufficient_scope: { status: 403, meaning: 'The key lacks the required scope.' },
  csrf_failed: {
    status: 403,
    meaning: 'A cookie credential came without the matching header, or from a foreign origin.',
  },
  pipeline_manual_disabled: { status: 403, meaning: 'The pipeline does not allow manual builds.' },
  log_stream_forbidden: {
    status: 403,
    meaning: 'The job is unknown, malformed or not of the build that the token is for.',
  },
  oauth_state_invalid: {
    status: 403,
    meaning: 'The OAuth state is unknown, used, expired or started by another browser, user or organization.',
  },
  bitbucket_invalid_state: {
    status: 403,
    meaning: 'The Bitbucket state is unknown, used or expired, or the code is missing.',
  },
  oauth_email_unverified: {
    status: 403,
    meaning: 'The provider has not verified the email address, and the account is not linked yet.',
  },
  operator_required: {
    status: 403,
    meaning: 'What is for several organizations, or for the whole server, takes an operator of the server.',
  },
  github_identity_required: { status: 403, meaning: 'The account has no linked GitHub account to prove control with.' },
  route_not_found: { status: 404, meaning: 'The path does not exist.' },
  webhook_provider_unknown: { status: 404, meaning: 'The webhook provider is neither github nor bitbucket.' },
  organization_not_found: { status: 404, meaning: 'The organization does not exist, or the caller is not a member.' },
  pipeline_not_found: { status: 404, meaning: 'The pipeline does not exist in this organization.' },
  build_not_found: { status: 404, meaning: 'The build does not exist in this pipeline.' },
  job_not_found: { status: 404, meaning: 'The job does not exist in this build.' },
  test_not_found: { status: 404, meaning: 'The pipeline has no such test, or its results have been removed.' },
  member_not_found: { status: 404, meaning: 'The user is not a member of this organization.' },
  invite_not_found: { status: 404, meaning: 'There is no pending invite with this id in this organization.' },
  runner_not_found: {
    status: 404,
    meaning: 'There is no runner with this id that takes jobs of the organization, or it was revoked.',
  },
  notification_not_found: { status: 404, meaning: 'The organization has no notification with this id.' },
  delivery_not_found: { status: 404, meaning: 'The notification has no delivery with this id.' },
  badge_not_found: { status: 404, meaning: 'There is no such badge, it is switched off, or the token is not its own.' },
  runner_key_not_found: { status: 404, meaning: 'There is no key for runners of the organization with this id.' },
  api_token_not_found: { status: 404, meaning: 'The caller has no such API key.' },
  passkey_not_found: { status: 404, meaning: 'The caller has no such passkey.' },
  coupon_not_found: { status: 404, meaning: 'The coupon does not exist.' },
  source_not_found: { status: 404, meaning: 'The build does not exist or has no source archive.' },
  github_installation_not_found: { status: 404, meaning: 'The GitHub installation is not known to this organization.' },
  bitbucket_workspace_not_found: { status: 404, meaning: 'The Bitbucket workspace is not known to this organization.' },
  session_not_found: { status: 404, meaning: 'The caller has no such session.' },
  identity_not_found: { status: 404, meaning: 'The caller has no such linked account.' },
  secret_not_found: { status: 404, meaning: 'The secret does not exist.' },
  registry_not_found: { status: 404, meaning: 'The organization has no login for the registry.' },
  artifact_not_found: { status: 404, meaning: 'The artifact does not exist.' },
  artifact_expired: { status: 404, meaning: 'The artifact expired, and its bytes were removed.' },
  method_not_allowed: { status: 405, meaning: 'The path is known, but not with this method.' },
  request_timeout: {
    status: 408,
    meaning: 'The headers were not complete in time, or no byte of the body came for too long.',
  },
  payload_too_large: { status: 413, meaning: 'The body is larger than the route allows.' },
  unsupported_media_type: { status: 415, meaning: 'The body is not JSON, or it has a Content-Encoding.' },
  range_not_satisfiable: { status: 416, meaning: 'The range lies outside the log, archive or artifact.' },
  passkey_already_registered: { status: 409, meaning: 'The passkey is already registered.' },
  passkey_signup_email_taken: {
    status: 409,
    meaning: 'An account with this address was created after the mail was sent.',
  },
  passkey_last_credential: { status: 409, meaning: 'Without this passkey nobody could sign in to the account.' },
  identity_last_credential: {
    status: 409,
    meaning: 'Without this linked account nobody could sign in to the account.',
  },
  identity_linked_elsewhere: { status: 409, meaning: 'The account at the provider is linked to another user.' },
  passkey_limit_reached: { status: 409, meaning: 'The account already has 20 passkeys.' },
  api_token_limit_reached: { status: 409, meaning: 'The account already has 100 active API keys.' },
  runner_key_limit_reached: {
    status: 409,
    meaning: 'The organization already has 100 keys with which runners may join.',
  },
  last_owner: { status: 409, meaning: 'The organization would be left without an owner.' },
  account_has_billing_history: {
    status: 409,
    meaning: 'The account made or redeemed a coupon or completed a checkout, so it cannot be deleted.',
  },
  organization_is_personal: { status: 409, meaning: 'A personal organization is deleted only with its account.' },
  pipeline_archived: { status: 409, meaning: 'The pipeline is archived and accepts no builds.' },
  pipeline_managed_by_code: { status: 409, meaning: "The field is set by the repository's code." },
  job_not_retryable: { status: 409, meaning: 'The job cannot be retried in its state.' },
  snapshot_gone: { status: 409, meaning: 'The file system of the step is no longer kept.' },
  source_gone: { status: 409, meaning: 'The source archive of the build is no longer kept.' },
  notification_disabled: { status: 409, meaning: 'The notification is switched off, or its member has left.' },
  notification_unsigned: {
    status: 409,
    meaning: 'The notification has no secret, because only messages to webhooks are signed.',
  },
  approval_not_pending: { status: 409, meaning: 'The build is not waiting for approval.' },
  cli_nonce_taken: { status: 409, meaning: 'Another user has parked a login under this nonce.' },
  idempotency_key_in_progress: {
    status: 409,
    meaning: 'The first request with this Idempotency-Key is still running.',
  },
  github_installation_bound_elsewhere: {
    status: 409,
    meaning: 'Another organization has connected this GitHub installation.',
  },
  bitbucket_installation_bound_elsewhere: {
    status: 409,
    meaning: 'Another organization has connected these Bitbucket workspaces.',
  },
  request_invalid: { status: 422, meaning: 'The input does not have the form that the operation asks for.' },
  organization_invalid: { status: 422, meaning: 'The input of the organization is not valid.' },
  pipeline_invalid: { status: 422, meaning: 'The input of the pipeline is not valid.' },
  invite_invalid: { status: 422, meaning: 'The invite is not valid, or the address is already invited or a member.' },
  user_name_invalid: { status: 422, meaning: 'The name of the user is not valid.' },
  invalid_role: { status: 422, meaning: 'The role is not one that a member can have.' },
  invalid_amount: { status: 422, meaning: 'The amount is not a whole number of cents within the limits.' },
  github_installation_id_invalid: { status: 422, meaning: 'The installation number is not a number.' },
  api_token_invalid: { status: 422, meaning: 'The description, expiry or scope of the API key is not valid.' },
  build_invalid: { status: 422, meaning: 'The input of the build is not valid; no build was created.' },
  build_plan_rejected: {
    status: 422,
    meaning: 'The pipeline could not be planned or rendered; a failed build says why.',
  },
  pipeline_slug_taken: { status: 422, meaning: 'Another pipeline of the organization has this slug.' },
  pipeline_source_taken: { status: 422, meaning: 'Another pipeline has this repository and name in it.' },
  invite_unacceptable: {
    status: 422,
    meaning: 'The invite is unknown, used, expired, revoked or for another address, or the caller is already a member.',
  },
  billing_usage_window_invalid: { status: 422, meaning: 'The usage window is missing, unreadable, empty or too long.' },
  coupon_already_claimed: { status: 409, meaning: 'The organization has already redeemed this coupon.' },
  coupon_expired: { status: 422, meaning: 'The coupon has expired.' },
  coupon_exhausted: { status: 422, meaning: 'The coupon has no uses left.' },
  oauth_redirect_invalid: { status: 422, meaning: 'The redirect_uri is not on the list.' },
  idempotency_key_reused: { status: 422, meaning: 'The Idempotency-Key was used for a different request.' },
  rate_limited: { status: 429, meaning: 'Too many requests; Retry-After says when to retry.' },
  internal_error: { status: 500, meaning: 'Internal server error.' },
  signup_failed: { status: 500, meaning: 'The account could not be created after the provider had answered.' },
  email_unconfigured: { status: 500, meaning: 'The server cannot send mail.' },
  passkey_email_send_failed: { status: 500, meaning: 'The mail could not be queued.' },
  oauth_provider_error: { status: 502, meaning: 'The identity provider refused, failed or took too long.' },
  billing_provider_error: { status: 502, meaning: 'The payment provider refused, failed or took too long.' },
  bitbucket_connect_failed: { status: 502, meaning: 'Bitbucket refused, failed or took too long.' },
  service_unavailable: { status: 503, meaning: 'The database or the blob store cannot be reached.' },
  draining: { status: 503, meaning: 'The server is stopping.' },
  not_ready: { status: 503, meaning: 'The server is not ready to serve.' },
  signup_cap_reached: { status: 503, meaning: 'The server accepts no new accounts at present.' },
  oauth_not_configured: { status: 503, meaning: 'The operator has not set up this identity provider.' },
  github_not_configured: { status: 503, meaning: 'The operator has not set up the GitHub App.' },
  bitbucket_not_configured: { status: 503, meaning: 'The operator has not set up Bitbucket.' },
  billing_unconfigured: { status: 503, meaning: 'The operator has not set up payments.' },
  github_sync_failed: { status: 503, meaning: 'GitHub did not answer.' },
} as const satisfies Record<string, CatalogueEntry>

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue

/** Returns the `error.type` of a status. */
export function errorTypeOf(status: ErrorStatus): ErrorType {
  switch (status) {
    case 400:
    case 405:
    case 408:
    case 413:
    case 414:
    case 415:
    case 416:
    case 431:
      return 'invalid_request'
    case 401:
      return 'unauthorized'
    case 402:
      return 'billing'
    case 403:
      return 'forbidden'
    case 404:
      return 'not_found'
    case 409:
      return 'conflict'
    case 422:
      return 'validation_failed'
    case 429:
      return 'rate_limited'
    case 500:
    case 502:
      return 'server_error'
    case 503:
      return 'service_unavailable'
  }
}
