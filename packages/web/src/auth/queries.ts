import { answer, client } from '../api/client.ts'
import type { Schema } from '../api/schemas.ts'

/** The server sets the session as a cookie that scripts cannot read (web A1). */
const headers = { 'x-harmont-session': 'cookie' }

/** Sends the mail that continues a sign-up. */
export const beginSignup = (body: Schema<'PasskeySignupBeginRequest'>) =>
  answer(client.POST('/api/v0/auth/passkey/signup/begin', { body }))

export const signupOptions = (verification_token: string) =>
  answer(client.POST('/api/v0/auth/passkey/signup/options', { body: { verification_token } }))

export const finishSignup = (body: Schema<'PasskeySignupFinalizeRequest'>) =>
  answer(client.POST('/api/v0/auth/passkey/signup/finalize', { body, headers }))

/**
 * Sends a recovery link if the address has an account. The response does not reveal whether it has
 * one.
 */
export const beginRecovery = (email: string) => answer(client.POST('/api/v0/auth/recover/begin', { body: { email } }))

export const recoverOptions = (magic_link_token: string) =>
  answer(client.POST('/api/v0/auth/recover/options', { body: { magic_link_token } }))

export const finishRecovery = (body: Schema<'RecoverFinalizeRequest'>) =>
  answer(client.POST('/api/v0/auth/recover/finalize', { body, headers }))

/** Returns the purpose of a one-time link, without using the link. */
export const inspectSetup = (setup_token: string) =>
  answer(client.POST('/api/v0/setup/inspect', { body: { setup_token } }))

export const setupOptions = (body: Schema<'SetupOptionsRequest'>) =>
  answer(client.POST('/api/v0/setup/options', { body }))

export const completeSetup = (body: Schema<'SetupCompleteRequest'>) =>
  answer(client.POST('/api/v0/setup/complete', { body, headers }))

/** Names the newest passkey, which a ceremony has just created. */
export async function nameNewestPasskey(nickname: string): Promise<void> {
  const { passkeys } = await answer(client.GET('/api/v0/user/passkeys'))
  const uuid = passkeys[0]?.uuid
  if (uuid === undefined) throw new Error('the new passkey is not listed')
  await answer(client.PATCH('/api/v0/user/passkeys/{uuid}', { params: { path: { uuid } }, body: { nickname } }))
}

export const previewInvite = (token: string) => answer(client.POST('/api/v0/invites/preview', { body: { token } }))

export const acceptInvite = (token: string) => answer(client.POST('/api/v0/invites/accept', { body: { token } }))

/** Stores a login for the terminal that created this nonce. */
export const parkCliLogin = (nonce: string) => answer(client.POST('/api/v0/auth/cli/transfer', { body: { nonce } }))

/** Creates a code to type into a terminal. It is valid for 5 minutes. */
export const newCliCode = () => answer(client.POST('/api/v0/auth/cli/code'))

export const readMailbox = (signal: AbortSignal) => answer(client.GET('/api/v0/mailbox', { signal }))

export const signOut = () => answer(client.POST('/api/v0/auth/logout'))
