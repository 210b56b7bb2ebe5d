import type pg from 'pg'
import { oneAtATime } from '../../platform/database/one-at-a-time.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { boundedFetch } from '../../platform/outbound/bounded-fetch.ts'
import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { BitbucketApi } from './client.ts'
import { findGrant, replaceTokens } from './grant-store.ts'
import { type BitbucketConsumer, fetchTokens, type Tokens } from './tokens.ts'
import { findByUuid } from './workspace-store.ts'

/** Bitbucket as the operator has set it up. */
export interface BitbucketApp {
  readonly consumer: BitbucketConsumer
  readonly apiUrl: string
  readonly pool: pg.Pool
  readonly sealer: Sealer
  /** Bounded in time. */
  readonly fetch: typeof fetch
  /** Tokens that this process is having refreshed, by connection. */
  readonly refreshing: Map<string, Promise<string>>
}

type BitbucketSettings = Pick<
  Settings,
  'bitbucketClientId' | 'bitbucketClientSecret' | 'bitbucketUrl' | 'bitbucketApiUrl' | 'outsideTimeoutSeconds'
>

/** A clone may begin ten minutes after its token was asked for. */
const leastLifeMs = 10 * 60_000

/** Null when the operator has not set it up. */
export function openBitbucket(settings: BitbucketSettings, pool: pg.Pool, sealer: Sealer): BitbucketApp | null {
  const { bitbucketClientId: clientId, bitbucketClientSecret: clientSecret, bitbucketUrl, bitbucketApiUrl } = settings
  if (clientId === null || clientSecret === null) return null
  const consumer = { clientId, clientSecret, url: bitbucketUrl }
  const fetch = boundedFetch(settings.outsideTimeoutSeconds)
  return { consumer, apiUrl: bitbucketApiUrl, pool, sealer, fetch, refreshing: new Map() }
}

/** The API with a connection's token. One that was revoked early is replaced, once. */
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

/** The same for a workspace, by Bitbucket's id. Fails with `ForgeRefused` when it is not connected any more. */
export async function withWorkspace<T>(
  app: BitbucketApp,
  uuid: string,
  call: (api: BitbucketApi) => Promise<T>,
): Promise<T> {
  return withGrant(app, await grantOf(app, uuid), call)
}

/** A token of a workspace that is good for ten minutes at least. */
export async function workspaceToken(app: BitbucketApp, uuid: string): Promise<string> {
  return accessToken(app, await grantOf(app, uuid), null)
}

async function grantOf({ pool }: BitbucketApp, uuid: string): Promise<string> {
  const workspace = await findByUuid(pool, uuid)
  if (workspace === undefined) throw disconnected()
  return workspace.grantId
}

/** `refused`: a token that Bitbucket did not take, although its time is not over. */
async function accessToken(app: BitbucketApp, grantId: string, refused: string | null): Promise<string> {
  const kept = await findGrant(app.pool, app.sealer, grantId)
  if (kept === undefined) throw disconnected()
  return isGood(kept, refused) ? kept.accessToken : refreshOnce(app, grantId, kept.accessToken)
}

/**
 * Whoever comes while a token is refreshed, in this process or another one, waits for the same one: Bitbucket is asked once, and a token that it gave is not
 * ended by the next. No row and no connection of the pool is held meanwhile.
 */
function refreshOnce(app: BitbucketApp, grantId: string, stale: string): Promise<string> {
  const running = app.refreshing.get(grantId)
  if (running !== undefined) return running
  const begun = oneAtATime(app.pool, `bitbucket grant ${grantId}`, () => refresh(app, grantId, stale)).finally(() =>
    app.refreshing.delete(grantId),
  )
  app.refreshing.set(grantId, begun)
  return begun
}

async function refresh(app: BitbucketApp, grantId: string, stale: string): Promise<string> {
  const { pool, sealer } = app
  const kept = await findGrant(pool, sealer, grantId)
  if (kept === undefined) throw disconnected()
  if (isGood(kept, stale)) return kept.accessToken
  const tokens = await fetchTokens(app, { refreshToken: kept.refreshToken })
  await replaceTokens(pool, sealer, grantId, tokens)
  return tokens.accessToken
}

function isGood({ accessToken, expiresAt }: Tokens, refused: string | null): boolean {
  return accessToken !== refused && expiresAt.getTime() - Date.now() > leastLifeMs
}

function disconnected(): ForgeRefused {
  return new ForgeRefused('The Bitbucket workspace is no longer connected.', 404)
}
