/** Returns what a runner signs to get a token. `session`: null begins a new one. */
export function signedText({
  runner,
  counter,
  session,
}: {
  readonly runner: string
  readonly counter: number
  readonly session: number | null
}): string {
  return `harmont runner token 1\n${runner}\n${counter}\n${session ?? 'new'}\n`
}
