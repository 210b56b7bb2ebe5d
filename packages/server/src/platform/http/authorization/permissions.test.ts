/** Tests that each `x-permission` of the contract has one role and one scope. */
import { operationTable } from '@harmont/contract'
import { expect, test } from 'vitest'
import type { Caller, Membership } from '../request/caller.ts'
import {
  listedPermissions,
  permissions,
  permissionsOf,
  permissionToChange,
  requireRole,
  requireScope,
} from './permissions.ts'

const roles = ['member', 'admin', 'owner'] as const
const scopes = ['read', 'build', 'manage', 'account'] as const
const standing = { membersCanCreatePipelines: true }
const anyCaller: Caller = {
  userId: '',
  credentialId: '',
  kind: 'key',
  keyId: '',
  isCookie: false,
  scopes: [],
  organizationIds: null,
  expiresAt: null,
}

const permitted = [...operationTable.values()].flatMap(({ permission, ...operation }) =>
  permission === null ? [] : [{ ...operation, permission, rule: permissions[permission] }],
)

test('G30 an operation needs a membership exactly if its permission has a role', () => {
  for (const { id, auth, rule } of permitted)
    expect([id, rule.role !== null]).toEqual([id, auth === 'member' || auth === 'log'])
})

test('G30 an operation that authenticates its caller without a user has no permission', () => {
  const openToAll = [...operationTable.values()].filter(({ auth }) => ['none', 'runner', 'signature'].includes(auth))
  expect(openToAll.filter(({ permission }) => permission !== null)).toEqual([])
})

test('G30 a permission is refused below its role, and for a key without its scope', () => {
  for (const { id, permission, rule } of permitted) {
    const passes = (check: () => void) => {
      try {
        check()
        return true
      } catch {
        return false
      }
    }
    const membership = (role: Membership['role']) => ({ organizationId: '', organizationSlug: '', role })
    const allowed = roles.filter((role) => passes(() => requireRole(permission, membership(role))))
    expect([id, allowed]).toEqual([id, roles.slice(rule.role === null ? 0 : roles.indexOf(rule.role))])
    const opened = scopes.filter((scope) => passes(() => requireScope(permission, { ...anyCaller, scopes: [scope] })))
    expect([id, opened]).toEqual([id, [rule.scope]])
  }
})

test('a change needs more than the scope `read`', () => {
  const readable = permitted.filter(({ method, rule }) => method !== 'GET' && rule.scope === 'read')
  expect(readable).toEqual([])
})

test('an owner has every permission, and each role has those of the lower ones', () => {
  const of = (role: 'member' | 'admin' | 'owner') => permissionsOf({ role, ...standing }, scopes)
  expect(of('owner')).toEqual(listedPermissions)
  expect(of('owner')).toEqual(expect.arrayContaining(of('admin')))
  expect(of('admin')).toEqual(expect.arrayContaining(of('member')))
  expect(of('admin')).not.toContain('owners')
})

test('making, changing or removing an owner needs the permission `owners`', () => {
  expect(permissionToChange('member', 'owner')).toBe('owners')
  expect(permissionToChange('owner', 'member')).toBe('owners')
  expect(permissionToChange('owner', null)).toBe('owners')
  expect(permissionToChange('admin', null)).toBe('members')
  expect(permissionToChange('member', 'admin')).toBe('members')
})
