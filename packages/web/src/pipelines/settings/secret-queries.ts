import { queryOptions } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'
import type { Schema } from '../../api/schemas.ts'

/** The owner of secrets: an organization, or one of its pipelines. */
export interface SecretScope {
  readonly org: string
  /** null: the organization. */
  readonly slug: string | null
}

/** Reads the names of secrets, never their values. */
export function secretsQuery({ org, slug }: SecretScope) {
  return queryOptions({
    queryKey: ['secrets', org, slug],
    queryFn: async ({ signal }): Promise<readonly Schema<'Secret'>[]> => {
      const list = await (slug === null
        ? answer(client.GET('/api/v0/organizations/{org}/secrets', { params: { path: { org } }, signal }))
        : answer(
            client.GET('/api/v0/organizations/{org}/pipelines/{pipeline}/secrets', {
              params: { path: { org, pipeline: slug } },
              signal,
            }),
          ))
      return list.secrets
    },
  })
}

/** Creates a secret or replaces its value. */
export async function setSecret({ org, slug }: SecretScope, body: Schema<'SetSecretRequest'>): Promise<void> {
  await (slug === null
    ? answer(client.POST('/api/v0/organizations/{org}/secrets', { params: { path: { org } }, body }))
    : answer(
        client.POST('/api/v0/organizations/{org}/pipelines/{pipeline}/secrets', {
          params: { path: { org, pipeline: slug } },
          body,
        }),
      ))
}

/** Deletes a secret. Builds that need the secret then fail. */
export async function deleteSecret({ org, slug }: SecretScope, name: string): Promise<void> {
  await (slug === null
    ? answer(client.DELETE('/api/v0/organizations/{org}/secrets/{name}', { params: { path: { org, name } } }))
    : answer(
        client.DELETE('/api/v0/organizations/{org}/pipelines/{pipeline}/secrets/{name}', {
          params: { path: { org, pipeline: slug, name } },
        }),
      ))
}
