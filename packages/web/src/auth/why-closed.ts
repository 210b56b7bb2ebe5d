import type { AuthConfig } from '../api/auth-config.ts'

/** Why nobody can make an account by mail here, to be said before any typing; null: they can. */
export function whyClosed({ signup, mail }: Pick<AuthConfig, 'signup' | 'mail'>): string | null {
  if (!signup) return 'This server takes no new accounts: it is closed, or full. Ask who runs it.'
  return mail
    ? null
    : 'This server cannot send mail, so it makes no accounts by mail. Who runs it sets HARMONT_SMTP_URL.'
}
