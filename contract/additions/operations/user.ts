import { flag } from '../json-schema.ts'
import type { AddedOperation } from '../operation.ts'

// biome-ignore format: one operation a block, its facts in the order of the table in http.md
export const userOperations: readonly AddedOperation[] = [
  { route: 'GET /api/v0/user/passkeys', id: 'listPasskeys', auth: 'bearer', internal: true, tag: 'user', summary: 'List the passkeys of the current user',
    success: { 200: 'PasskeyListResponse' } },
  { route: 'DELETE /api/v0/user/passkeys/{uuid}', id: 'deletePasskey', auth: 'bearer', internal: true, tag: 'user', summary: 'Delete a passkey',
    success: { 204: null }, errors: ['passkey_not_found', 'passkey_last_credential'] },
  { route: 'PATCH /api/v0/user/passkeys/{uuid}', id: 'renamePasskey', auth: 'bearer', internal: true, tag: 'user', summary: 'Name a passkey',
    request: 'RenamePasskeyRequest', success: { 200: 'Passkey' }, errors: ['passkey_not_found', 'request_invalid'] },
  { route: 'GET /api/v0/user/sessions', id: 'listSessions', auth: 'bearer', tag: 'user', summary: 'List the sessions of the current user',
    success: { 200: 'SessionListResponse' } },
  { route: 'DELETE /api/v0/user/sessions/{id}', id: 'revokeSession', auth: 'bearer', tag: 'user', summary: 'End a session',
    success: { 204: null }, errors: ['session_not_found'] },
  { route: 'DELETE /api/v0/user/sessions', id: 'revokeSessions', auth: 'bearer', tag: 'user', summary: 'End all other sessions, with current=true this one too',
    query: { current: flag }, success: { 204: null }, errors: ['query_invalid'] },
  { route: 'GET /api/v0/user/identities', id: 'listIdentities', auth: 'bearer', internal: true, tag: 'user', summary: 'List the linked accounts of the current user',
    success: { 200: 'IdentityListResponse' } },
  { route: 'DELETE /api/v0/user/identities/{provider}', id: 'unlinkIdentity', auth: 'bearer', internal: true, tag: 'user', summary: 'Unlink an account',
    success: { 204: null }, errors: ['identity_not_found', 'identity_last_credential'] },
]
