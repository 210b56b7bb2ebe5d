import type { Role } from './queries.ts'

export const roles: readonly Role[] = ['owner', 'admin', 'member']

/** Describes the permissions of each role (web S1). */
export const roleMeaning: Readonly<Record<Role, string>> = {
  owner: 'Everything, including billing, other owners and deleting the organization.',
  admin: 'Pipelines, secrets, members, invites, forge connections and the audit log.',
  member: 'View everything; start, retry and cancel builds.',
}

interface Person {
  readonly user_uuid: string
  readonly role: string
}

interface Change {
  /** The affected person, whose role changes or who is removed. */
  readonly member: Person
  /** Every member. */
  readonly all: readonly Person[]
  readonly mayManageMembers: boolean
  readonly mayManageOwners: boolean
}

/** Explains why this person's role cannot be changed; null if it can. */
export function roleChangeRefusal({ member, all, mayManageMembers, mayManageOwners }: Change): string | null {
  if (member.role === 'owner' && !mayManageOwners) return 'Only owners can change owners'
  if (!mayManageMembers) return 'Only owners and admins can change roles'
  return isLastOwner(member, all) ? 'The last owner cannot change role. Make someone else an owner first' : null
}

/**
 * Explains why a person cannot be removed; null if they can. Everybody except the last owner may
 * leave.
 */
export function removalRefusal(change: Change, me: string): string | null {
  const { member, all, mayManageMembers, mayManageOwners } = change
  if (isLastOwner(member, all)) return 'The last owner cannot leave. Make someone else an owner first'
  if (member.user_uuid === me) return null
  if (member.role === 'owner' && !mayManageOwners) return 'Only owners can remove owners'
  return mayManageMembers ? null : 'Only owners and admins can remove members'
}

function isLastOwner(member: Person, all: readonly Person[]): boolean {
  return member.role === 'owner' && all.filter(({ role }) => role === 'owner').length === 1
}
