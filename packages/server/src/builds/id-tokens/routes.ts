import type { Database } from '../../platform/database/transaction.ts'
import { type Handlers, operation } from '../../platform/http/index.ts'
import { claimNames } from './claims.ts'
import { publicKeys } from './keys.ts'

interface IdTokenRouteServices {
  readonly pool: Database
  readonly publicUrl: string
}

/** A key is published for a day before it signs, so every verifier learns it in time. */
const headers = { 'cache-control': 'public, max-age=300' }

/** Serves the public data with which identity tokens are verified. */
export function idTokenRoutes({
  pool,
  publicUrl,
}: IdTokenRouteServices): Pick<Handlers, 'getOpenIdConfiguration' | 'getJwks'> {
  return {
    getOpenIdConfiguration: operation('getOpenIdConfiguration', async () => ({
      status: 200,
      headers,
      body: {
        issuer: publicUrl,
        jwks_uri: `${publicUrl}/.well-known/jwks.json`,
        scopes_supported: ['openid'],
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        claims_supported: claimNames,
      },
    })),
    getJwks: operation('getJwks', async () => ({ status: 200, headers, body: { keys: await publicKeys(pool) } })),
  }
}
