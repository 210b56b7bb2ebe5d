import { useAuthConfig } from '../api/auth-config.ts'
import { type PasskeyBarrier, passkeyBarrier } from './barrier.ts'

/** Returns what prevents passkeys on this page; null: nothing known. */
export function usePasskeyBarrier(): PasskeyBarrier | null {
  const config = useAuthConfig()
  if (config === undefined) return null
  const { origin } = location
  return passkeyBarrier({ origin, isSecure: isSecureContext, hasWebAuthn: 'PublicKeyCredential' in window }, config)
}
