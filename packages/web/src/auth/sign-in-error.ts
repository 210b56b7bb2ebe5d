const sentences: Readonly<Record<string, string>> = {
  oauth_email_unverified: 'The address of that account is not verified there. Verify it, then try again.',
  oauth_provider_error: 'The provider did not let you in. You may have said no there, or it could not be reached.',
  oauth_not_configured: 'This server is not set up for signing in that way.',
  oauth_state_invalid: 'That sign-in was begun elsewhere, was used already, or is older than ten minutes. Start again.',
  oauth_redirect_invalid: 'The provider was told an address that is not one of this server.',
  identity_linked_elsewhere:
    'That account is linked to another user. Sign in with it, unlink it there, and link it again.',
  signup_cap_reached: 'This server takes no new accounts, and that account belongs to nobody here.',
  signup_failed: 'The account could not be made. Try again.',
  csrf_failed: 'That link came from another site. Link the account from your account page.',
  unauthorized: 'You were signed out. Sign in, then link the account.',
  rate_limited: 'There were too many tries from here. Wait a minute, then try again.',
}

/** What the `error` of `/login` means, in a sentence. */
export function explainSignInError(code: string): string {
  return Object.hasOwn(sentences, code) ? (sentences[code] ?? code) : 'Signing in did not work.'
}
