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

/** Returns what a runner signs, with its old key and its new one, to replace the old one. */
export function rotationText({
  runner,
  counter,
  session,
  public_key: publicKey,
}: Parameters<typeof signedText>[0] & { readonly public_key: string }): string {
  return `harmont runner key 1\n${runner}\n${counter}\n${session ?? 'new'}\n${publicKey}\n`
}

/** Returns what a runner signs to be given nothing new. */
export function drainText({ runner, counter }: { readonly runner: string; readonly counter: number }): string {
  return `harmont runner drain 1\n${runner}\n${counter}\n`
}
