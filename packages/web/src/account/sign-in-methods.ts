/** Why the last way into an account cannot go (web S3); null: there is another one. Unknown counts count as none. */
export function whyNotRemove(passkeys: number | undefined, identities: number | undefined): string | null {
  return (passkeys ?? 0) + (identities ?? 0) > 1
    ? null
    : 'This is your only way to sign in. Add a passkey or link an account first.'
}

/** How long after signing in somebody counts as freshly signed in, for what cannot be taken back (web S7). */
const freshMs = 10 * 60_000

interface StartedSession {
  readonly created_at: string
  readonly current: boolean
}

/** Whether the session of this page was begun a short while ago. */
export function isFresh(sessions: readonly StartedSession[], now: number): boolean {
  const current = sessions.find((session) => session.current)
  return current !== undefined && now - Date.parse(current.created_at) < freshMs
}
