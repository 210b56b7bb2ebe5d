import type { Mail } from '../../platform/mail/queue-mail.ts'
import type { IdentityProviderName, ProvedIdentity } from './identity-provider.ts'

export const providerTitles: Readonly<Record<IdentityProviderName, string>> = { google: 'Google', github: 'GitHub' }

/** Tells of a new way into an account. */
export function identityLinkedMail(
  publicUrl: string,
  to: string,
  provider: IdentityProviderName,
  { name }: ProvedIdentity,
  askedBy: NonNullable<Mail['askedBy']>,
): Mail {
  const title = providerTitles[provider]
  return {
    to,
    subject: `A ${title} account was linked to your Harmont account`,
    paragraphs: [`The ${title} account${name === null ? '' : ` of "${name}"`} can now sign in to your account.`],
    link: { url: `${publicUrl}/account/passkeys`, label: 'Review your sign-in methods', lifetime: null },
    askedBy,
    otherwise: `If this was not you, unlink the ${title} account and end all sessions at once.`,
  }
}
