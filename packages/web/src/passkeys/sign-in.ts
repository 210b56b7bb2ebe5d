import { answer, client } from '../api/client.ts'
import { signWithPasskey } from './ceremonies.ts'

/**
 * Signs in with a passkey; the session is a cookie that scripts cannot read (web A1). Returns false
 * if the person cancels. With `suggested`, it waits for a suggestion in a field until the signal
 * aborts.
 */
export async function signInWithPasskey(suggested?: AbortSignal): Promise<boolean> {
  const challenge = await answer(client.POST('/api/v0/auth/passkey/login/options', { body: {} }))
  const body = await signWithPasskey(challenge, suggested)
  if (body === null) return false
  const headers = { 'x-harmont-session': 'cookie' }
  await answer(client.POST('/api/v0/auth/passkey/login/finalize', { body, headers }))
  return true
}
