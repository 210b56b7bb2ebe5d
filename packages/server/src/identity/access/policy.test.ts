/** The contract's `x-auth` and the table of rights say the same. */
import { type OperationId, operationTable } from '@harmont/contract'
import { expect, test } from 'vitest'
import type { Caller } from '../../platform/http/index.ts'
import { requireScope } from '../../platform/http/scopes.ts'
import {
  allPermissions,
  leastRole,
  type Permission,
  permissionRules,
  permissionsOf,
  permissionToChange,
} from './policy.ts'

/** What each operation of an organization takes, for those that not every member may call. */
const permissionOf = {
  updatePipeline: 'pipeline.manage',
  archivePipeline: 'pipeline.manage',
  setOrganizationSecret: 'secrets',
  deleteOrganizationSecret: 'secrets',
  setPipelineSecret: 'secrets',
  deletePipelineSecret: 'secrets',
  githubInstallUrl: 'vcs',
  connectGithubInstallation: 'vcs',
  disconnectGithubInstallation: 'vcs',
  syncGithubInstallation: 'vcs',
  bitbucketOAuthUrl: 'vcs',
  disconnectBitbucket: 'vcs',
  connectBitbucket: 'vcs',
  redeemCoupon: 'billing',
  createCheckout: 'billing',
  listInvites: 'invites',
  createInvite: 'invites',
  revokeInvite: 'invites',
  updateOrgMember: 'members',
  updateOrganization: 'organization',
  deleteOrganization: 'organization.delete',
  listAuditEvents: 'audit',
} as const satisfies Partial<Record<OperationId, Permission>>

const caller: Caller = {
  userId: '',
  credentialId: '',
  kind: 'key',
  keyId: '',
  isCookie: false,
  scopes: [],
  organizationIds: null,
  expiresAt: null,
}
const standing = { membersCanCreatePipelines: true }

test('G30 whatever takes more than membership takes the role of its permission', () => {
  const asked = [...operationTable.values()].filter(({ auth }) => auth === 'admin' || auth === 'owner')
  const byContract = Object.fromEntries(asked.map(({ id, auth }) => [id, auth]))
  const byTable = Object.fromEntries(
    Object.entries(permissionOf).map(([id, permission]) => [id, leastRole(permission, standing)]),
  )
  expect(byContract).toEqual(byTable)
})

test('an owner has every permission, and nobody has one that the next rank lacks', () => {
  const all = ['read', 'build', 'manage', 'account'] as const
  const of = (role: 'member' | 'admin' | 'owner') => permissionsOf({ role, ...standing }, all)
  expect(of('owner')).toEqual(allPermissions)
  expect(of('owner')).toEqual(expect.arrayContaining(of('admin')))
  expect(of('admin')).toEqual(expect.arrayContaining(of('member')))
  expect(of('admin')).not.toContain('owners')
})

test('whatever makes, changes or removes an owner takes the right over owners', () => {
  expect(permissionToChange('member', 'owner')).toBe('owners')
  expect(permissionToChange('owner', 'member')).toBe('owners')
  expect(permissionToChange('owner', null)).toBe('owners')
  expect(permissionToChange('admin', null)).toBe('members')
  expect(permissionToChange('member', 'admin')).toBe('members')
})

test('a change takes the scope of its permission, and no other scope', () => {
  const scopes = ['read', 'build', 'manage', 'account'] as const
  for (const [id, permission] of Object.entries(permissionOf) as [OperationId, Permission][]) {
    if (operationTable.get(id)?.method === 'GET') continue
    for (const scope of scopes) {
      const ask = () => requireScope(id, { ...caller, scopes: [scope] })
      if (scope === permissionRules[permission].scope) expect(ask, id).not.toThrow()
      else expect(ask, id).toThrow()
    }
  }
})
