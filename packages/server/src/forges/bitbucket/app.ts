import type pg from 'pg'
import { withAdvisoryLock } from '../../platform/database/advisory-lock.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { boundedFetch } from '../../platform/outbound/bounded-fetch.ts'
import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { Payload } from '../forge/payload.ts'
import { BitbucketApi, readAnswer } from './client.ts'
import { findGrant, replaceTokens, type Tokens } from './grant-store.ts'
import { findByUuid } from './workspace-store.ts'

interface BitbucketConsumer {
  readonly clientId: string
  readonly clientSecret: string
  /** The address for authorization and for issuing tokens. */
  readonly url: string
}

/**
 * Fetches tokens for the code of an authorization or for a refresh token
 * (https://developer.atlassian.com/cloud/bitbucket/oauth-2/). Fails with `ForgeRefused` or
 * `ForgeUnavailable`.
 */
export async function fetchTokens(
  { consumer: { clientId, clientSecret, url }, fetch }: Pick<BitbucketApp, 'consumer' | 'fetch'>,
  grant: { readonly code: string } | { readonly refreshToken: string },
): Promise<Tokens> {
  const form =
    'code' in grant
      ? { grant_type: 'authorization_code', code: grant.code }
      : { grant_type: 'refresh_token', refresh_token: grant.refreshToken }
  const body = await readAnswer('POST /site/oauth2/access_token', () =>
    fetch(`${url}/site/oauth2/access_token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams(form),
      redirect: 'error',
    }),
  )
  const answer = new Payload(body)
  return {
    accessToken: answer.text('access_token'),
    refreshToken: answer.text('refresh_token'),
    expiresAt: new Date(Date.now() + Number(answer.id('expires_in')) * 1000),
  }
}

/** Access to Bitbucket with the operator's OAuth consumer. */
export interface BitbucketApp {
  readonly consumer: BitbucketConsumer
  readonly apiUrl: string
  readonly pool: pg.Pool
  readonly sealer: Sealer
  /** Times out after HARMONT_OUTSIDE_TIMEOUT_SECONDS. */
  readonly fetch: typeof fetch
  /** Refreshes that this process has started, by connection. */
  readonly refreshing: Map<string, Promise<string>>
}

type BitbucketSettings = Pick<
  Settings,
  'bitbucketClientId' | 'bitbucketClientSecret' | 'bitbucketUrl' | 'bitbucketApiUrl' | 'outsideTimeoutSeconds'
>

/** A clone may begin ten minutes after its token was issued. */
const leastLifeMs = 10 * 60_000

/** Opens the app; null if the operator has not set it up. */
export function openBitbucket(settings: BitbucketSettings, pool: pg.Pool, sealer: Sealer): BitbucketApp | null {
  const { bitbucketClientId: clientId, bitbucketClientSecret: clientSecret, bitbucketUrl, bitbucketApiUrl } = settings
  if (clientId === null || clientSecret === null) return null
  const consumer = { clientId, clientSecret, url: bitbucketUrl }
  const fetch = boundedFetch(settings.outsideTimeoutSeconds)
  return { consumer, apiUrl: bitbucketApiUrl, pool, sealer, fetch, refreshing: new Map() }
}

/** Calls the API with a connection's token. Replaces a revoked token once. */
export async function withGrant<T>(
  app: BitbucketApp,
  grantId: string,
  call: (api: BitbucketApi) => Promise<T>,
): Promise<T> {
  const token = await accessToken(app, grantId, null)
  try {
    return await call(new BitbucketApi(app, token))
  } catch (error) {
    if (!(error instanceof ForgeRefused) || error.status !== 401) throw error
    return call(new BitbucketApi(app, await accessToken(app, grantId, token)))
  }
}

/** Calls the API for a workspace. Fails with `ForgeRefused` if it is no longer connected. */
export async function withWorkspace<T>(
  app: BitbucketApp,
  uuid: string,
  call: (api: BitbucketApi) => Promise<T>,
): Promise<T> {
  return withGrant(app, await grantOf(app, uuid), call)
}

/** Returns a token of a workspace that is valid for at least ten minutes. */
export async function workspaceToken(app: BitbucketApp, uuid: string): Promise<string> {
  return accessToken(app, await grantOf(app, uuid), null)
}

async function grantOf({ pool }: BitbucketApp, uuid: string): Promise<string> {
  const workspace = await findByUuid(pool, uuid)
  if (workspace === undefined) throw disconnected()
  return workspace.grantId
}

/** `refused`: a token that Bitbucket refused before it expired. */
async function accessToken(app: BitbucketApp, grantId: string, refused: string | null): Promise<string> {
  const stored = await findGrant(app.pool, app.sealer, grantId)
  if (stored === undefined) throw disconnected()
  return isValid(stored, refused) ? stored.accessToken : refreshOnce(app, grantId, stored.accessToken)
}

/**
 * Refreshes a token once for all concurrent callers, in this process and in others: a second
 * refresh would revoke the token of the first. Locks no row and occupies no database connection
 * meanwhile.
 */
function refreshOnce(app: BitbucketApp, grantId: string, stale: string): Promise<string> {
  const running = app.refreshing.get(grantId)
  if (running !== undefined) return running
  const started = withAdvisoryLock(app.pool, `bitbucket grant ${grantId}`, () => refresh(app, grantId, stale)).finally(
    () => app.refreshing.delete(grantId),
  )
  app.refreshing.set(grantId, started)
  return started
}

async function refresh(app: BitbucketApp, grantId: string, stale: string): Promise<string> {
  const { pool, sealer } = app
  const stored = await findGrant(pool, sealer, grantId)
  if (stored === undefined) throw disconnected()
  if (isValid(stored, stale)) return stored.accessToken
  const tokens = await fetchTokens(app, { refreshToken: stored.refreshToken })
  await replaceTokens(pool, sealer, grantId, tokens)
  return tokens.accessToken
}

function isValid({ accessToken, expiresAt }: Tokens, refused: string | null): boolean {
  return accessToken !== refused && expiresAt.getTime() - Date.now() > leastLifeMs
}

function disconnected(): ForgeRefused {
  return new ForgeRefused('The Bitbucket workspace is no longer connected.', 404)
}
