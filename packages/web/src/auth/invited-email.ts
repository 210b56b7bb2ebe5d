import { useQueryClient } from '@tanstack/react-query'
import type { Schema } from '../api/schemas.ts'
import { storedToken } from './link-token.ts'

/** Under which the preview of an invitation is kept. */
export function inviteKey(token: string | null): readonly [string, string | null] {
  return ['invite', token]
}

/** Whom the invitation is for that was opened in this page; null: none was. */
export function useInvitedEmail(): string | null {
  const queryClient = useQueryClient()
  const token = storedToken('invite')
  return queryClient.getQueryData<Schema<'InvitePreview'>>(inviteKey(token))?.email ?? null
}
