import type { components } from '@harmont/contract'
import { actorOf, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Complete, type Handlers, operation, uuidOrNone } from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import { allScopes } from '../access/authenticate.ts'
import { lockUser } from '../accounts/store.ts'
import { type ApiTokenServices, createApiToken } from './create-api-token.ts'
import { type ApiKeyRow, deleteKey, listKeys } from './store.ts'

/** Personal API keys of the caller. */
export function apiTokenRoutes(
  services: ApiTokenServices,
): Pick<Handlers, 'listApiTokens' | 'createApiToken' | 'revokeApiToken'> {
  const { pool } = services
  return {
    listApiTokens: operation('listApiTokens', async ({ caller }) => {
      const keys = await listKeys(pool, caller.userId)
      return { status: 200, body: { api_tokens: keys.map(presentApiToken) } }
    }),
    createApiToken: operation('createApiToken', async (context) => {
      const { caller, body } = context
      const { token, row } = await createApiToken(services, { actor: actorOf(context), caller, body })
      return { status: 201, body: { token, api_token: presentApiToken(row) } }
    }),
    revokeApiToken: operation('revokeApiToken', async (context) => {
      const id = uuidOrNone(context.params.id)
      await transaction(pool, async (client) => {
        // Locked first, so that a session that the key is creating either ends with it or never
        // begins.
        await lockUser(client, context.caller.userId)
        if (!(await deleteKey(client, context.caller.userId, id)))
          throw apiError('api_token_not_found', 'You have no API key with this id.')
        await recordAudit(client, actorOf(context), { organizationId: null, action: 'api_token.revoked', subject: id })
      })
      return { status: 204 }
    }),
  }
}

function presentApiToken(row: ApiKeyRow): Complete<components['schemas']['ApiToken']> {
  return {
    id: row.id,
    description: row.description,
    created_at: formatInstant(row.created_at),
    expires_at: formatOptionalInstant(row.expires_at),
    last_used_at: formatOptionalInstant(row.last_used_at),
    scopes: row.scopes ?? allScopes,
    organizations: row.organizations,
  }
}
