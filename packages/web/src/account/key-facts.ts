const dayMs = 24 * 60 * 60_000
const warnMs = 7 * dayMs

export const scopes = ['read', 'build', 'manage', 'account'] as const
export type Scope = (typeof scopes)[number]

/** Describes each scope's permissions, from least to most. */
export const scopeMeaning: Readonly<Record<Scope, string>> = {
  read: 'Read pipelines, builds, logs and usage',
  build: 'Start, retry, approve and cancel builds, create pipelines',
  manage: 'Change settings, people, connections and billing',
  account: 'Act as you: keys, sessions, passkeys, the account itself',
}

/** Lifetimes in days; null for no expiry. */
export const lifetimes = [7, 30, 90, 365, null] as const
export type Lifetime = (typeof lifetimes)[number]

export function lifetimeName(days: Lifetime): string {
  return days === null ? 'Never' : `In ${days} days`
}

/** Returns the expiry of a key with this lifetime in the API's format; null: never. */
export function endOf(days: Lifetime, now: number): string | null {
  return days === null ? null : new Date(now + days * dayMs).toISOString()
}

interface Expiry {
  readonly text: string
  /** Whether it expires within a week or has expired. */
  readonly isWarned: boolean
}

/** Describes the expiry of a key (web S4). */
export function expiryOf(expiresAt: string | null | undefined, now: number): Expiry {
  const end = expiresAt == null ? Number.NaN : Date.parse(expiresAt)
  if (Number.isNaN(end)) return { text: 'never expires', isWarned: false }
  const left = end - now
  if (left <= 0) return { text: 'has expired', isWarned: true }
  const days = Math.round(left / dayMs)
  const when = left < dayMs ? 'within a day' : days === 1 ? 'in 1 day' : `in ${days} days`
  return { text: `expires ${when}`, isWarned: left <= warnMs }
}
