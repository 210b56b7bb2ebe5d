const dayMs = 24 * 60 * 60_000
const warnMs = 7 * dayMs

export const scopes = ['read', 'build', 'manage', 'account'] as const
export type Scope = (typeof scopes)[number]

/** What each lets a key do, least first. */
export const scopeMeaning: Readonly<Record<Scope, string>> = {
  read: 'Read pipelines, builds, logs and usage',
  build: 'Start, retry, approve and cancel builds, create pipelines',
  manage: 'Change settings, people, connections and billing',
  account: 'Act as you: keys, sessions, passkeys, the account itself',
}

/** For how many days a key works; null: for ever. */
export const lifetimes = [7, 30, 90, 365, null] as const
export type Lifetime = (typeof lifetimes)[number]

/** How a choice of these is called. */
export function lifetimeName(days: Lifetime): string {
  return days === null ? 'Never' : `In ${days} days`
}

/** When a key of that lifetime ends, as the API takes it; null: never. */
export function endOf(days: Lifetime, now: number): string | null {
  return days === null ? null : new Date(now + days * dayMs).toISOString()
}

interface Expiry {
  readonly text: string
  /** Expires within a week, or has ended. */
  readonly isWarned: boolean
}

/** What to say of a key's end (web S4). */
export function expiryOf(expiresAt: string | null | undefined, now: number): Expiry {
  const end = expiresAt == null ? Number.NaN : Date.parse(expiresAt)
  if (Number.isNaN(end)) return { text: 'never expires', isWarned: false }
  const left = end - now
  if (left <= 0) return { text: 'has expired', isWarned: true }
  const days = Math.round(left / dayMs)
  const when = left < dayMs ? 'within a day' : days === 1 ? 'in 1 day' : `in ${days} days`
  return { text: `expires ${when}`, isWarned: left <= warnMs }
}
