import type { AuthConfig } from '../api/auth-config.ts'

/** Explains why nobody can sign up by mail; null if they can. */
export function signupRefusal({ signup, mail }: Pick<AuthConfig, 'signup' | 'mail'>): string | null {
  if (!signup) return 'This server accepts no new accounts. Ask its administrator.'
  return mail
    ? null
    : 'This server cannot send mail, so you cannot sign up by email. Its administrator can set HARMONT_SMTP_URL.'
}

const sentences: Readonly<Record<string, string>> = {
  oauth_email_unverified:
    'The email address of that account is not verified. Verify it with the provider, then try again.',
  oauth_provider_error: 'The provider did not sign you in. Access was declined, or the provider could not be reached.',
  oauth_not_configured: 'This server does not support that sign-in method.',
  oauth_state_invalid:
    'That sign-in was started in another browser, was already used, or is older than ten minutes. Start again.',
  oauth_redirect_invalid: 'The return address does not belong to this server.',
  identity_linked_elsewhere:
    'That account is linked to another user. Sign in as that user, unlink it, then link it here.',
  signup_cap_reached: 'This server accepts no new accounts, and no user has linked that account.',
  signup_failed: 'The account could not be created. Try again.',
  csrf_failed: 'That link came from another site. Link the account from your account page.',
  unauthorized: 'You were signed out. Sign in, then link the account.',
  rate_limited: 'Too many attempts. Wait a minute, then try again.',
}

/** Explains the `error` parameter of `/login`. */
export function explainSignInError(code: string): string {
  return Object.hasOwn(sentences, code) ? (sentences[code] ?? code) : 'Sign-in failed.'
}
