/**
 * Callers of the API: the App by its JWT, installations and users by their tokens. Checks what
 * GitHub checks.
 */
import type { KeyObject } from 'node:crypto'
import { errors, jwtVerify } from 'jose'
import type { Account, Installation, InstallationToken, World } from './world.ts'

export type Who =
  | { readonly kind: 'app' }
  | { readonly kind: 'installation'; readonly token: InstallationToken }
  | { readonly kind: 'user'; readonly user: Account; readonly scopes: readonly string[] }

/** The caller may not do this; `status` and `message` are GitHub's. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface AppFacts {
  readonly id: number
  readonly publicKey: KeyObject
}

/** Reads the Authorization header. */
export async function whoCalls(world: World, app: AppFacts, authorization: string | undefined): Promise<Who | null> {
  if (authorization === undefined) return null
  const [, , token = ''] = /^(bearer|token) (\S+)$/i.exec(authorization) ?? []
  if (token.split('.').length === 3) return verifyApp(app, token)
  const known = world.tokens.get(token)
  if (known === undefined || known.expiresAt <= Date.now()) throw new Refused(401, 'Bad credentials')
  if (known.kind === 'user') return known
  if (known.installation.suspendedAt !== null) throw new Refused(403, 'This installation has been suspended')
  return { kind: 'installation', token: known }
}

async function verifyApp(app: AppFacts, token: string): Promise<Who> {
  try {
    const { payload } = await jwtVerify(token, app.publicKey, { algorithms: ['RS256'], issuer: String(app.id) }).catch(
      (error: unknown) => {
        // GitHub accepts the number as a number too.
        if (
          error instanceof errors.JWTClaimValidationFailed &&
          error.claim === 'iss' &&
          error.payload.iss === (app.id as unknown)
        )
          return { payload: error.payload }
        throw error
      },
    )
    const { iat, exp } = payload
    const now = Date.now() / 1000
    if (iat === undefined || iat > now + 60)
      throw new Refused(
        401,
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      )
    if (exp === undefined || exp <= now)
      throw new Refused(
        401,
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      )
    if (exp > now + 600) throw new Refused(401, "'Expiration time' claim ('exp') is too far in the future")
    return { kind: 'app' }
  } catch (error) {
    if (error instanceof Refused) throw error
    throw new Refused(401, 'A JSON web token could not be decoded')
  }
}

/** Returns the installation behind the call, if its token may do this. */
export function needInstallation(who: Who | null, permission: string, level: 'read' | 'write'): Installation {
  if (who?.kind !== 'installation')
    throw new Refused(who === null ? 401 : 403, 'Resource not accessible by integration')
  const has = who.token.permissions[permission]
  if (has !== 'write' && has !== level) throw new Refused(403, 'Resource not accessible by integration')
  return who.token.installation
}

export function needUser(who: Who | null): { readonly user: Account; readonly scopes: readonly string[] } {
  if (who === null) throw new Refused(401, 'Requires authentication')
  if (who.kind !== 'user') throw new Refused(403, 'Resource not accessible by integration')
  return who
}
