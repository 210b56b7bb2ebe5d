import type { Schema } from './schemas.ts'

export type ProviderName = Schema<'Identity'>['provider']

const titles: Readonly<Record<string, string>> = { github: 'GitHub', google: 'Google' }

/** What a provider is called; one that this release does not know goes by its own word (web X1). */
export function providerTitle(name: string): string {
  return titles[name] ?? name
}

/** Where the browser goes to sign in with a provider, or to link an account there to who is signed in. It comes back to `redirect`. */
export function providerAddress(name: string, redirect: string, { link = false } = {}): string {
  const query = new URLSearchParams({ redirect, ...(link ? { link: 'true' } : {}) })
  return `/api/v0/auth/${encodeURIComponent(name)}/start?${query}`
}
