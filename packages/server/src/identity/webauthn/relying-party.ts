import { isIP } from 'node:net'
import { isLocal, type Settings } from '../../platform/settings/read-settings.ts'

/** The server's identity for passkeys (`http.md` 3.6). */
export interface RelyingParty {
  readonly id: string
  /** The origins whose pages may use the passkeys. */
  readonly origins: readonly string[]
}

type PublicSettings = Pick<Settings, 'publicUrl' | 'webauthnOrigins'>

/** Returns the relying party of the public URL. */
export function relyingParty({ publicUrl, webauthnOrigins }: PublicSettings): RelyingParty {
  return { id: new URL(publicUrl).hostname, origins: [publicUrl, ...webauthnOrigins] }
}

/**
 * Returns whether browsers support passkeys at the public URL: https or local, and no IP address.
 */
export function canHavePasskeys({ publicUrl }: Pick<Settings, 'publicUrl'>): boolean {
  const { hostname, protocol } = new URL(publicUrl)
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
  return !isAddress && (protocol === 'https:' || isLocal(publicUrl))
}
