import { queryOptions } from '@tanstack/react-query'
import { answer, client } from '../../api/client.ts'

/** Whether this person has signed in with `hm`. */
export const cliSessionQuery = queryOptions({
  queryKey: ['cli-session'],
  queryFn: async ({ signal }) =>
    (await answer(client.GET('/api/v0/user/sessions', { signal }))).sessions.some(({ kind }) => kind === 'cli'),
  staleTime: 0,
})

/** Reads `owner/name` of the connected repositories, in lower case. */
export function connectedNamesQuery(org: string) {
  return queryOptions({
    queryKey: ['connected-names', org],
    queryFn: async ({ signal }) => {
      const { data } = await answer(
        client.GET('/api/v0/organizations/{org}/repos', { params: { path: { org } }, signal }),
      )
      // Repositories known only from a pipeline are not connected.
      const isConnected = ({ provider }: { readonly provider: string }) => provider !== 'cli'
      return data.flatMap((one) => (one.registrations.some(isConnected) ? one.full_name.toLowerCase() : []))
    },
  })
}
