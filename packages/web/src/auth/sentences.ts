import type { AuthConfig } from '../api/auth-config.ts'

/** Why nobody can make an account by mail here, to be said before any typing; null: they can. */
export function whyClosed({ signup, mail }: Pick<AuthConfig, 'signup' | 'mail'>): string | null {
  if (!signup) return 'This server accepts no new accounts. Ask its administrator.'
  return mail
    ? null
    : 'This server cannot send mail, so you cannot sign up by email. Its administrator can set HARMONT_SMTP_URL.'
}
