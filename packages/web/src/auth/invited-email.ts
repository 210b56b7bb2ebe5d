import { useQueryClient } from '@tanstack/react-query'
import type { Schema } from '../api/schemas.ts'
import { storedToken } from './link-token.ts'

/** Returns the query key of an invitation's preview. */
export function inviteKey(token: string | null): readonly [string, string | null] {
  return ['invite', token]
}

/** Returns the address of the open invitation's recipient; null: none is open. */
export function useInvitedEmail(): string | null {
  const queryClient = useQueryClient()
  const token = storedToken('invite')
  return queryClient.getQueryData<Schema<'InvitePreview'>>(inviteKey(token))?.email ?? null
}
