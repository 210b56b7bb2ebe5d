/**
 * The table of permissions (`http.md` 3.1 and 6): the role and the scope required by each
 * `x-permission` of an operation in the contract.
 */
import type { components, Permission as OperationPermission } from '@harmont/contract'
import { apiError } from '../api-error.ts'
import type { Caller, Membership, Role, Scope } from '../request/caller.ts'

/** A permission that `getSession` lists for each organization. */
type ListedPermission = components['schemas']['SessionOrganization']['permissions'][number]

export type Permission = ListedPermission | OperationPermission

interface Rule {
  /** The lowest role that has the permission; null if no membership is needed. */
  readonly role: Role | null
  /** The scope that a personal key needs. */
  readonly scope: Scope
}

const listedRules: Readonly<Record<ListedPermission, Rule>> = {
  build: { role: 'member', scope: 'build' },
  // Needs the role `admin` if `members_can_create_pipelines` is off.
  'pipeline.create': { role: 'member', scope: 'build' },
  'pipeline.manage': { role: 'admin', scope: 'manage' },
  secrets: { role: 'admin', scope: 'manage' },
  vcs: { role: 'admin', scope: 'manage' },
  billing: { role: 'admin', scope: 'manage' },
  invites: { role: 'admin', scope: 'manage' },
  members: { role: 'admin', scope: 'manage' },
  owners: { role: 'owner', scope: 'manage' },
  organization: { role: 'admin', scope: 'manage' },
  'organization.delete': { role: 'owner', scope: 'manage' },
  audit: { role: 'admin', scope: 'read' },
  // Runners that other organizations use too need an operator, see `isManageable`.
  runners: { role: 'admin', scope: 'manage' },
}

export const permissions: Readonly<Record<Permission, Rule>> = {
  ...listedRules,
  read: { role: 'member', scope: 'read' },
  // Removing another member needs `members` or `owners`, see `permissionToChange`.
  leave: { role: 'member', scope: 'manage' },
  'invites.read': { role: 'admin', scope: 'read' },
  notifications: { role: 'admin', scope: 'manage' },
  'notifications.read': { role: 'admin', scope: 'read' },
  'runners.read': { role: 'admin', scope: 'read' },
  'organization.create': { role: null, scope: 'manage' },
  account: { role: null, scope: 'account' },
  'account.read': { role: null, scope: 'read' },
}

export const listedPermissions = Object.keys(listedRules) as readonly ListedPermission[]

/** A member's role, and the organization's settings for members. */
interface Standing {
  readonly role: Role
  readonly membersCanCreatePipelines: boolean
}

/** Returns the listed permissions of a member whose credential has these scopes. */
export function permissionsOf(standing: Standing, scopes: readonly Scope[]): ListedPermission[] {
  return listedPermissions.filter(
    (permission) =>
      hasRole(standing.role, lowestRole(permission, standing.membersCanCreatePipelines)) &&
      scopes.includes(permissions[permission].scope),
  )
}

/**
 * Returns the permission that is needed to change a member's role, or to remove them (`to` is
 * null).
 */
export function permissionToChange(member: Role, to: Role | null): 'owners' | 'members' {
  return member === 'owner' || to === 'owner' ? 'owners' : 'members'
}

/** Throws 403 for a credential without the scope of the permission. */
export function requireScope(permission: Permission | null, { scopes }: Caller): void {
  if (permission === null) return
  const { scope } = permissions[permission]
  if (scopes.includes(scope)) return
  throw apiError(
    'insufficient_scope',
    `You need a key with the scope \`${scope}\`; this one has ${scopes.map((each) => `\`${each}\``).join(', ')}.`,
  )
}

/** Throws 403 for a member whose role lacks the permission of an operation. */
export function requireRole(permission: Permission | null, { role }: Membership): void {
  const needed = permission === null ? null : permissions[permission].role
  if (hasRole(role, needed)) return
  throw apiError('insufficient_org_role', `You need the role \`${needed}\` in this organization; yours is \`${role}\`.`)
}

/**
 * Throws 403 for a member whose role lacks a permission that depends on more than the operation.
 * `deed` completes "You need the role … to".
 */
export function requirePermission(
  { role, membersCanCreatePipelines = true }: Pick<Standing, 'role'> & Partial<Standing>,
  permission: Permission,
  deed: string,
): void {
  const needed = lowestRole(permission, membersCanCreatePipelines)
  if (hasRole(role, needed)) return
  throw apiError(
    'insufficient_org_role',
    `You need the role \`${needed}\` to ${deed}; yours is \`${role}\`. Ask an owner of the organization.`,
  )
}

const rank: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 }

function hasRole(role: Role, needed: Role | null): boolean {
  return needed === null || rank[role] >= rank[needed]
}

function lowestRole(permission: Permission, membersCanCreatePipelines: boolean): Role | null {
  return permission === 'pipeline.create' && !membersCanCreatePipelines ? 'admin' : permissions[permission].role
}
