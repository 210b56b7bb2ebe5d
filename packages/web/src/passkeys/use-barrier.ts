import { useAuthConfig } from '../api/auth-config.ts'
import { type PasskeyBarrier, passkeyBarrier } from './barrier.ts'

/** What keeps passkeys from working on this page; null: nothing, as far as is known. */
export function usePasskeyBarrier(): PasskeyBarrier | null {
  const config = useAuthConfig()
  if (config === undefined) return null
  const { origin } = location
  return passkeyBarrier({ origin, isSecure: isSecureContext, hasWebAuthn: 'PublicKeyCredential' in window }, config)
}
