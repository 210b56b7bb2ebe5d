import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import { ApiProblem } from '../api/problem.ts'
import type { ProviderName } from '../api/providers.ts'
import type { Schema } from '../api/schemas.ts'
import { notifyTabs } from '../api/session-tabs.ts'
import { createPasskey } from '../passkeys/ceremonies.ts'

export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: async ({ signal }) => (await answer(client.GET('/api/v0/user/passkeys', { signal }))).passkeys,
})

export const identitiesQuery = queryOptions({
  queryKey: ['identities'],
  queryFn: async ({ signal }) => (await answer(client.GET('/api/v0/user/identities', { signal }))).identities,
})

export const keysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: async ({ signal }) => (await answer(client.GET('/api/v0/user/api-tokens', { signal }))).api_tokens,
})

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await answer(client.GET('/api/v0/user/sessions', { signal }))).sessions,
})

/** Changes the person's own data. Each change refreshes the queries that it affects. */
export function accountChanges(queries: QueryClient) {
  const renew = (...names: readonly string[]) =>
    Promise.all(names.map((name) => queries.invalidateQueries({ queryKey: [name] })))
  return {
    rename: async (name: string) => {
      await answer(client.PATCH('/api/v0/user', { body: { name } }))
      await renew('session')
    },
    /** Resolves to false if the person cancels. */
    addPasskey: async (nickname: string) => {
      const made = await createPasskey(await answer(client.POST('/api/v0/auth/passkey/register/options')))
      if (made === null) return false
      await answer(client.POST('/api/v0/auth/passkey/register/finalize', { body: { ...made, nickname } }))
      await renew('passkeys')
      return true
    },
    renamePasskey: async (uuid: string, nickname: string) => {
      await answer(client.PATCH('/api/v0/user/passkeys/{uuid}', { params: { path: { uuid } }, body: { nickname } }))
      await renew('passkeys')
    },
    removePasskey: async (uuid: string) => {
      await answer(client.DELETE('/api/v0/user/passkeys/{uuid}', { params: { path: { uuid } } }))
      await leaveIfOver()
      await renew('passkeys', 'sessions')
    },
    unlink: async (provider: ProviderName) => {
      await answer(client.DELETE('/api/v0/user/identities/{provider}', { params: { path: { provider } } }))
      await leaveIfOver()
      await renew('identities', 'sessions')
    },
    createKey: async (body: Schema<'ApiTokenCreateRequest'>) => {
      const made = await answer(client.POST('/api/v0/user/api-tokens', { body }))
      await renew('api-keys')
      return made.token
    },
    revokeKey: async (id: string) => {
      await answer(client.DELETE('/api/v0/user/api-tokens/{id}', { params: { path: { id } } }))
      await renew('api-keys')
    },
    endSession: async (id: string) => {
      await answer(client.DELETE('/api/v0/user/sessions/{id}', { params: { path: { id } } }))
      await leaveIfOver()
      await renew('sessions')
    },
    endOtherSessions: async () => {
      await answer(client.DELETE('/api/v0/user/sessions'))
      await renew('sessions')
    },
    deleteAccount: async () => {
      await answer(client.DELETE('/api/v0/user'))
      await leaveIfOver()
    },
  }
}

/** Leaves the page if the change ended this session, for example by removing its passkey. */
async function leaveIfOver(): Promise<void> {
  try {
    await answer(client.GET('/api/v0/session'))
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.problem.status !== 401) throw error
    await leave()
  }
}

/** Loads the sign-in page as a new document, so that nothing stays in memory. Never resolves. */
function leave(): Promise<never> {
  notifyTabs()
  location.assign('/login')
  return new Promise(() => {})
}
