import { isIP } from 'node:net'
import { isLocal, type Settings } from '../../platform/settings/read-settings.ts'

/** What passkeys are bound to (`http.md` 3.6). */
export interface RelyingParty {
  readonly id: string
  /** Pages on which they may be used. */
  readonly origins: readonly string[]
}

type PublicSettings = Pick<Settings, 'publicUrl' | 'webauthnOrigins'>

/** The relying party that the public URL makes. */
export function relyingParty({ publicUrl, webauthnOrigins }: PublicSettings): RelyingParty {
  return { id: new URL(publicUrl).hostname, origins: [publicUrl, ...webauthnOrigins] }
}

/** Whether browsers do passkeys at the public URL: not for an address without a name, and not over plain http to another machine. */
export function canHavePasskeys({ publicUrl }: Pick<Settings, 'publicUrl'>): boolean {
  const { hostname, protocol } = new URL(publicUrl)
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
  return !isAddress && (protocol === 'https:' || isLocal(publicUrl))
}
