/** GitHub returns to one address for all organizations: this tab remembers which asked. */
const key = 'harmont:github-setup'

/** Stores the organization until GitHub returns. */
export function rememberOrganization(org: string): void {
  sessionStorage.setItem(key, org)
}

/** Returns the organization that this tab started to connect; null: none. */
export function rememberedOrganization(): string | null {
  return sessionStorage.getItem(key)
}
