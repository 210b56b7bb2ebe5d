import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import { completePage, listOf } from '../api/complete.ts'
import type { Schema } from '../api/schemas.ts'

const organizations = '/api/v0/organizations/{org}'

export type Role = Schema<'OrgMember'>['role']
export type InviteRole = Schema<'CreateInviteRequest'>['role']

export const organizationQuery = (org: string) =>
  queryOptions({
    queryKey: ['organization', org],
    queryFn: ({ signal }) => answer(client.GET(organizations, { params: { path: { org } }, signal })),
  })

export const membersQuery = (org: string) =>
  queryOptions({
    queryKey: ['members', org],
    queryFn: async ({ signal }) =>
      completePage(await answer(client.GET(`${organizations}/members`, { params: { path: { org } }, signal }))),
  })

export const invitesQuery = (org: string) =>
  queryOptions({
    queryKey: ['invites', org],
    queryFn: async ({ signal }) =>
      completePage(await answer(client.GET(`${organizations}/invites`, { params: { path: { org } }, signal }))),
  })

/** Reads the audit log, newest first, page by page. */
export const auditQuery = (org: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', org],
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) }
      const asked = { params: { path: { org }, query }, signal }
      return completePage(await answer(client.GET(`${organizations}/audit-events`, asked)))
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
  })

/** Changes an organization. Each change refreshes the affected queries. */
export function organizationChanges(queries: QueryClient, org: string) {
  const path = { org }
  const renew = (...names: readonly string[]) =>
    Promise.all(names.map((name) => queries.invalidateQueries({ queryKey: [name] })))
  return {
    update: async (body: Schema<'UpdateOrganizationRequest'>) => {
      const changed = await answer(client.PATCH(organizations, { params: { path }, body }))
      const { queryKey } = organizationQuery(org)
      // A read under way may have begun before the change.
      await queries.cancelQueries({ queryKey })
      queries.setQueryData(queryKey, changed)
      await renew('session')
    },
    remove: async () => {
      await answer(client.DELETE(organizations, { params: { path } }))
      await renew('session')
    },
    changeRole: async (user_id: string, role: Role) => {
      await answer(
        client.PATCH(`${organizations}/members/{user_id}`, { params: { path: { org, user_id } }, body: { role } }),
      )
      await renew('members', 'session')
    },
    removeMember: async (user_id: string) => {
      await answer(client.DELETE(`${organizations}/members/{user_id}`, { params: { path: { org, user_id } } }))
      await renew('members', 'session')
    },
    invite: async (email: string, role: InviteRole) => {
      const made = await answer(client.POST(`${organizations}/invites`, { params: { path }, body: { email, role } }))
      await renew('invites')
      return made
    },
    revokeInvite: async (id: string) => {
      await answer(client.DELETE(`${organizations}/invites/{id}`, { params: { path: { org, id } } }))
      await renew('invites')
    },
  }
}

/** Reads the registries that runners log in to, without secrets. */
export function registriesQuery(org: string) {
  return queryOptions({
    queryKey: ['registries', org],
    queryFn: async ({ signal }): Promise<readonly Schema<'Registry'>[]> => {
      const asked = { params: { path: { org } }, signal }
      return listOf((await answer(client.GET(`${organizations}/registries`, asked))).registries)
    },
  })
}

/** Creates the login of a registry, or replaces it. */
export async function setRegistry(org: string, host: string, body: Schema<'SetRegistryRequest'>): Promise<void> {
  await answer(client.PUT(`${organizations}/registries/{host}`, { params: { path: { org, host } }, body }))
}

/** Deletes the login of a registry. */
export async function deleteRegistry(org: string, host: string): Promise<void> {
  await answer(client.DELETE(`${organizations}/registries/{host}`, { params: { path: { org, host } } }))
}
