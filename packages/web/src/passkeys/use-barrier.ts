import { useAuthConfig } from '../api/auth-config.ts'
import { type PasskeyBarrier, passkeyBarrier } from './barrier.ts'

/** Returns the obstacle to passkeys on this page; null if none is known. */
export function usePasskeyBarrier(): PasskeyBarrier | null {
  const config = useAuthConfig()
  if (config === undefined) return null
  const { origin } = location
  return passkeyBarrier({ origin, isSecure: isSecureContext, hasWebAuthn: 'PublicKeyCredential' in window }, config)
}
