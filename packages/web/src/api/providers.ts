import type { Schema } from './schemas.ts'

export type ProviderName = Schema<'Identity'>['provider']

const titles: Readonly<Record<string, string>> = { github: 'GitHub', google: 'Google' }

/** Returns the title of a provider; an unknown one keeps its own name (web X1). */
export function providerTitle(name: string): string {
  return titles[name] ?? name
}

/** Returns the address that signs in with a provider, or links an account there. */
export function providerAddress(name: string, redirect: string, { link = false } = {}): string {
  const query = new URLSearchParams({ redirect, ...(link ? { link: 'true' } : {}) })
  return `/api/v0/auth/${encodeURIComponent(name)}/start?${query}`
}
