import type { AuthConfig } from '../api/auth-config.ts'

/** Obstacles to passkeys on a page (web A6). */
export type PasskeyBarrier =
  /** Passkeys are bound to the host name of the server's own address. */
  | { readonly kind: 'other-address'; readonly right: string }
  | { readonly kind: 'not-secure' }
  /** The server's own address is an IP address, for which passkeys are impossible. */
  | { readonly kind: 'no-name' }
  | { readonly kind: 'browser' }

interface Place {
  /** The origin of the page: `http://localhost:4000`. */
  readonly origin: string
  /** Whether the page has a secure context: HTTPS, or this machine. */
  readonly isSecure: boolean
  readonly hasWebAuthn: boolean
}

/** Returns the first obstacle; null if passkeys work here. */
export function passkeyBarrier(place: Place, config: Pick<AuthConfig, 'passkeys' | 'docs_url'>): PasskeyBarrier | null {
  if (!config.passkeys) return { kind: 'no-name' }
  // The documentation is at the server's own address.
  const own = new URL(config.docs_url)
  const { hostname } = new URL(place.origin)
  if (hostname !== own.hostname && !hostname.endsWith(`.${own.hostname}`))
    return { kind: 'other-address', right: own.origin }
  if (!place.isSecure) return { kind: 'not-secure' }
  return place.hasWebAuthn ? null : { kind: 'browser' }
}

/** Explains an obstacle, with the address of the page. */
export function explainBarrier(barrier: PasskeyBarrier, origin: string): string {
  switch (barrier.kind) {
    case 'other-address':
      return `You opened ${origin}. The passkeys of this server only work at ${barrier.right}.`
    case 'not-secure':
      return `You opened ${origin}. Browsers allow passkeys only over HTTPS and on localhost.`
    case 'no-name':
      return `This server has no host name: it is at ${origin}. Passkeys need a host name with HTTPS, or localhost.`
    case 'browser':
      return `You opened ${origin} in a browser that has no passkeys, or where they are switched off.`
  }
}

/**
 * Returns the command that prints a one-time link; it must run in the server's folder. Without an
 * address, the link is for the oldest owner.
 */
export function setupLinkCommand(email = ''): string {
  return `npm start -- setup-link${email === '' ? '' : ` ${email}`}`
}
