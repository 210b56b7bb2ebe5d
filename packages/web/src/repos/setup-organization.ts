/**
 * GitHub returns to one address for all organizations, so this tab remembers the requesting one.
 */
const key = 'harmont:github-setup'

/** Stores the organization until GitHub returns. */
export function rememberOrganization(org: string): void {
  sessionStorage.setItem(key, org)
}

/** Returns the organization that this tab started to connect; null if there is none. */
export function rememberedOrganization(): string | null {
  return sessionStorage.getItem(key)
}
