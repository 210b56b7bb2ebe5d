/** What one may do in an organization (`http.md` 6): the only place that says so. Routes, `getSession` and the access tests read it. */
import type { components } from '@harmont/contract'
import { apiError, hasRole, type Role, type Scope } from '../../platform/http/index.ts'

/** A thing that one may do in an organization. */
export type Permission = components['schemas']['SessionOrganization']['permissions'][number]

interface Rule {
  /** The least role that may. */
  readonly role: Role
  /** What a personal key needs for it. */
  readonly scope: Scope
}

/** Reading, leaving and log tokens are every member's and have no name. */
export const permissionRules: Readonly<Record<Permission, Rule>> = {
  build: { role: 'member', scope: 'build' },
  // Of admins only where `members_can_create_pipelines` is off.
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
}

/** Every permission, in the order of the table. */
export const allPermissions = Object.keys(permissionRules) as readonly Permission[]

/** Somebody's rank, and what the organization leaves to its members. */
export interface Standing {
  readonly role: Role
  readonly membersCanCreatePipelines: boolean
}

/** The least role that has a permission in an organization. */
export function leastRole(permission: Permission, { membersCanCreatePipelines }: Omit<Standing, 'role'>): Role {
  return permission === 'pipeline.create' && !membersCanCreatePipelines ? 'admin' : permissionRules[permission].role
}

/** What somebody may do with a credential of these scopes. */
export function permissionsOf(standing: Standing, scopes: readonly Scope[]): Permission[] {
  return allPermissions.filter(
    (permission) =>
      hasRole(standing.role, leastRole(permission, standing)) && scopes.includes(permissionRules[permission].scope),
  )
}

/** What it takes to give a member another role, or to remove them (`to` is null). */
export function permissionToChange(member: Role, to: Role | null): Permission {
  return member === 'owner' || to === 'owner' ? 'owners' : 'members'
}

/** Throws 403 `insufficient_org_role` for whoever has too low a role. */
export function requireRole(role: Role, needed: Role, what: string): void {
  if (hasRole(role, needed)) return
  throw apiError(
    'insufficient_org_role',
    `You need the role \`${needed}\` to ${what}; yours is \`${role}\`. Ask an owner of the organization.`,
  )
}
