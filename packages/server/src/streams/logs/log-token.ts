import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../../platform/http/index.ts'

const lifeSeconds = 3600

/**
 * Creates a token for all logs of one build (`http.md` 8.1). It names the requesting credential,
 * and is valid for an hour, but no longer than that credential. `expiresAt` is in whole seconds.
 */
export function makeLogToken(
  secret: string,
  buildId: string,
  now: Date,
  by: Pick<Caller, 'credentialId' | 'expiresAt'> | null = null,
): { readonly token: string; readonly expiresAt: Date } {
  const last = (by?.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) / 1000
  const exp = Math.floor(Math.min(now.getTime() / 1000 + lifeSeconds, last))
  const payload = Buffer.from(JSON.stringify({ build: buildId, exp, ...(by && { by: by.credentialId }) })).toString(
    'base64url',
  )
  return { token: `${payload}.${sign(secret, payload).toString('base64url')}`, expiresAt: new Date(exp * 1000) }
}

/** The secret that signs tokens, and earlier ones that are still valid. */
export interface LogTokenSecrets {
  readonly current: string
  readonly previous: readonly { readonly secret: string; readonly until: Date }[]
}

export interface LogRight {
  readonly buildId: string
  /** The session or key with which the token ends; null in tokens of earlier releases. */
  readonly credentialId: string | null
}

/** Parses and verifies a token; null if it is malformed, forged or expired. */
export function readLogToken({ current, previous }: LogTokenSecrets, token: string, now: Date): LogRight | null {
  const live = previous.filter(({ until }) => until > now).map(({ secret }) => secret)
  for (const secret of [current, ...live]) {
    const right = readSignedBy(secret, token, now)
    if (right !== null) return right
  }
  return null
}

function readSignedBy(secret: string, token: string, now: Date): LogRight | null {
  const [payload = '', signature = '', ...more] = token.split('.')
  const sent = Buffer.from(signature, 'base64url')
  const right = sign(secret, payload)
  const isExact = sent.toString('base64url') === signature && more.length === 0
  if (!isExact || sent.length !== right.length || !timingSafeEqual(sent, right)) return null
  const claims = claimsOf(payload)
  if (typeof claims !== 'object' || claims === null || !('build' in claims) || !('exp' in claims)) return null
  const { build, exp } = claims
  const by = 'by' in claims ? claims.by : null
  const isLive = Number.isInteger(exp) && Number(exp) * 1000 > now.getTime()
  if (!isLive || typeof build !== 'string' || (by !== null && typeof by !== 'string')) return null
  return { buildId: build, credentialId: by }
}

/** Returns undefined for invalid JSON: another user of the secret may have signed it. */
function claimsOf(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString())
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function sign(secret: string, payload: string): Buffer {
  return createHmac('sha256', secret).update(payload).digest()
}
