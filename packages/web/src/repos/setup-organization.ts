/** GitHub sends back to one address for all organizations; this tab remembers for which one it was asked. It is no secret. */
const key = 'harmont:github-setup'

/** Keeps it until GitHub sends back. */
export function rememberOrganization(org: string): void {
  sessionStorage.setItem(key, org)
}

/** The organization that this tab began to connect; null: it did not. */
export function rememberedOrganization(): string | null {
  return sessionStorage.getItem(key)
}
