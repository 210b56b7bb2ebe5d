import { expect, test } from 'vitest'
import { whyNotChange, whyNotRemove } from './roles.ts'

const [ada, bob, cy] = [
  { user_uuid: 'ada', role: 'owner' },
  { user_uuid: 'bob', role: 'admin' },
  { user_uuid: 'cy', role: 'member' },
]
const asked = (whom: typeof ada, mayManageMembers: boolean, mayManageOwners: boolean, all = [ada, bob, cy]) => {
  return { whom, all, mayManageMembers, mayManageOwners }
}

test('web S1 the last owner cannot change role or leave, and is told why', () => {
  expect(whyNotChange(asked(ada, true, true))).toMatch(/last owner/)
  expect(whyNotRemove(asked(ada, true, true), 'ada')).toMatch(/last owner/)
  const two = [ada, { user_uuid: 'dan', role: 'owner' }]
  expect([whyNotChange(asked(ada, true, true, two)), whyNotRemove(asked(ada, true, true, two), 'ada')]).toEqual([
    null,
    null,
  ])
})

test('web S1 a person who may not change a member is told who may; everybody may leave', () => {
  expect([whyNotChange(asked(bob, true, false)), whyNotRemove(asked(cy, true, false), 'bob')]).toEqual([null, null])
  expect(whyNotChange(asked(ada, true, false))).toBe('Only owners can change owners')
  expect(whyNotChange(asked(bob, false, false))).toBe('Only owners and admins can change roles')
  expect(whyNotRemove(asked(bob, false, false), 'cy')).toBe('Only owners and admins can remove members')
  expect(whyNotRemove(asked(cy, false, false), 'cy')).toBeNull()
})
