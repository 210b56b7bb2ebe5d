/** Explains why the last sign-in method cannot be removed (web S3); null if another remains. */
export function removalRefusal(passkeys: number | undefined, identities: number | undefined): string | null {
  return (passkeys ?? 0) + (identities ?? 0) > 1
    ? null
    : 'This is your only way to sign in. Add a passkey or link an account first.'
}

/** How long a sign-in counts as fresh for irreversible changes (web S7). */
const freshMs = 10 * 60_000

interface StartedSession {
  readonly created_at: string
  readonly current: boolean
}

/** Whether the current session started recently. */
export function isFresh(sessions: readonly StartedSession[], now: number): boolean {
  const current = sessions.find((session) => session.current)
  return current !== undefined && now - Date.parse(current.created_at) < freshMs
}
