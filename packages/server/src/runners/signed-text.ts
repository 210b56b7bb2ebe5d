/** Returns the text that a runner signs to get a token. `session`: null starts a new one. */
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

/**
 * Returns the text that a runner signs, with both its old and its new key, to replace the old one.
 */
export function rotationText({
  runner,
  counter,
  session,
  public_key: publicKey,
}: Parameters<typeof signedText>[0] & { readonly public_key: string }): string {
  return `harmont runner key 1\n${runner}\n${counter}\n${session ?? 'new'}\n${publicKey}\n`
}

/** Returns the text that a runner signs to be drained. */
export function drainText({ runner, counter }: { readonly runner: string; readonly counter: number }): string {
  return `harmont runner drain 1\n${runner}\n${counter}\n`
}
