import { paging } from '../json-schema.ts'
import { type AddedOperation, org } from '../operation.ts'

// biome-ignore format: one operation a block, its facts in the order of the table in http.md
export const organizationsOperations: readonly AddedOperation[] = [
  { route: `GET ${org}`, id: 'getOrganization', auth: 'member', tag: 'organizations', summary: 'Get an organization',
    success: { 200: 'Organization' }, errors: ['organization_not_found'] },
  { route: `GET ${org}/repos`, id: 'listOrgRepos', auth: 'member', tag: 'organizations', summary: 'List the repositories of an organization',
    success: { 200: 'RepoSummaryList' }, errors: ['organization_not_found'] },
  { route: `PATCH ${org}`, id: 'updateOrganization', auth: 'admin', tag: 'organizations', summary: 'Change an organization',
    request: 'UpdateOrganizationRequest', success: { 200: 'Organization' }, errors: ['organization_not_found', 'organization_invalid'] },
  { route: `DELETE ${org}`, id: 'deleteOrganization', auth: 'owner', tag: 'organizations', summary: 'Delete an organization',
    success: { 204: null }, errors: ['organization_not_found', 'organization_is_personal'] },
  { route: `GET ${org}/audit-events`, id: 'listAuditEvents', auth: 'admin', tag: 'organizations', summary: 'Who did what, when and from where',
    query: paging, success: { 200: 'AuditEventList' }, errors: ['organization_not_found', 'query_invalid', 'invalid_cursor'] },
  { route: 'POST /api/v0/invites/preview', id: 'previewInvite', auth: 'none', internal: true, tag: 'organizations', summary: 'What an invite is for',
    request: 'PreviewInviteRequest', success: { 200: 'InvitePreview' }, errors: ['invite_unacceptable'] },
  { route: `GET ${org}/secrets`, id: 'listOrganizationSecrets', auth: 'member', tag: 'organizations', summary: 'List the secrets of an organization, without values',
    success: { 200: 'SecretList' }, errors: ['organization_not_found'] },
  { route: `POST ${org}/secrets`, id: 'setOrganizationSecret', auth: 'admin', tag: 'organizations', summary: 'Set a secret of an organization',
    request: 'SetSecretRequest', success: { 204: null }, errors: ['organization_not_found', 'request_invalid'] },
  { route: `DELETE ${org}/secrets/{name}`, id: 'deleteOrganizationSecret', auth: 'admin', tag: 'organizations', summary: 'Delete a secret of an organization',
    success: { 204: null }, errors: ['organization_not_found', 'secret_not_found'] },
]
