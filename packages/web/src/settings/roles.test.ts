import { expect, test } from 'vitest'
import { removalRefusal, roleChangeRefusal } from './roles.ts'

const [ada, bob, cy] = [
  { user_uuid: 'ada', role: 'owner' },
  { user_uuid: 'bob', role: 'admin' },
  { user_uuid: 'cy', role: 'member' },
]
const asked = (member: typeof ada, mayManageMembers: boolean, mayManageOwners: boolean, all = [ada, bob, cy]) => {
  return { member, all, mayManageMembers, mayManageOwners }
}

test('web S1 the last owner cannot change role or leave, and sees the reason', () => {
  expect(roleChangeRefusal(asked(ada, true, true))).toMatch(/last owner/)
  expect(removalRefusal(asked(ada, true, true), 'ada')).toMatch(/last owner/)
  const two = [ada, { user_uuid: 'dan', role: 'owner' }]
  expect([roleChangeRefusal(asked(ada, true, true, two)), removalRefusal(asked(ada, true, true, two), 'ada')]).toEqual([
    null,
    null,
  ])
})

test('web S1 a person who may not change a member sees who may, and everybody may leave', () => {
  expect([roleChangeRefusal(asked(bob, true, false)), removalRefusal(asked(cy, true, false), 'bob')]).toEqual([
    null,
    null,
  ])
  expect(roleChangeRefusal(asked(ada, true, false))).toBe('Only owners can change owners')
  expect(roleChangeRefusal(asked(bob, false, false))).toBe('Only owners and admins can change roles')
  expect(removalRefusal(asked(bob, false, false), 'cy')).toBe('Only owners and admins can remove members')
  expect(removalRefusal(asked(cy, false, false), 'cy')).toBeNull()
})
