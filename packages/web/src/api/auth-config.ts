import { queryOptions, useQuery } from '@tanstack/react-query'
import { isBrowser } from '../browser/is-browser.ts'
import { answer, client } from './client.ts'
import type { Schema } from './schemas.ts'

export type AuthConfig = Schema<'AuthConfig'>

/** Reads the server's configuration, from `index.html` if the server embedded it there. */
export const authConfigQuery = queryOptions({
  queryKey: ['auth-config'],
  queryFn: ({ signal }): Promise<AuthConfig> => answer(client.GET('/api/v0/auth/config', { signal })),
  initialData: () => (isBrowser ? inlined(document.getElementById('auth-config')?.textContent ?? '') : undefined),
  staleTime: 5 * 60_000,
})

/** Returns the server's configuration; undefined until it is known. */
export function useAuthConfig(): AuthConfig | undefined {
  return useQuery(authConfigQuery).data
}

function inlined(text: string): AuthConfig | undefined {
  // A server without its database writes `null`.
  const config = text.trim() === '' ? null : (JSON.parse(text) as AuthConfig | null)
  return config ?? undefined
}
