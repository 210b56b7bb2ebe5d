import type pg from 'pg'
import { apiError, type Handlers, operation, uuidOrNone } from '../http/index.ts'
import { createApiToken } from './create-api-token.ts'
import { presentApiToken } from './present.ts'
import { deleteKey, listKeys } from './store.ts'

/** Personal API keys of the caller. */
export function apiTokenRoutes({
  pool,
}: {
  readonly pool: pg.Pool
}): Pick<Handlers, 'listApiTokens' | 'createApiToken' | 'revokeApiToken'> {
  return {
    listApiTokens: operation('listApiTokens', async ({ caller }) => {
      const keys = await listKeys(pool, caller.userId)
      return { status: 200, body: { api_tokens: keys.map(presentApiToken) } }
    }),
    createApiToken: operation('createApiToken', async ({ caller, body }) => {
      const { token, row } = await createApiToken(pool, caller.userId, body)
      return { status: 201, body: { token, api_token: presentApiToken(row) } }
    }),
    revokeApiToken: operation('revokeApiToken', async ({ caller, params }) => {
      if (await deleteKey(pool, caller.userId, uuidOrNone(params.id))) return { status: 204 }
      throw apiError('api_token_not_found', 'You have no API key with this id.')
    }),
  }
}
