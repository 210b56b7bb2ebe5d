import type { Actor } from '../../platform/audit/record-audit.ts'
import type { Mail } from '../../platform/mail/queue-mail.ts'

/** The last mail of an account. */
export function accountDeletedNotice(to: string, { address, userAgent }: Actor): Mail {
  return {
    to,
    subject: 'Your Harmont account was deleted',
    paragraphs: [
      `The Harmont account ${to} was deleted, with its passkeys, sessions and API keys.`,
      'Organizations without other members were deleted with it; their pipelines, logs and archives are removed in 7 days.',
    ],
    link: null,
    askedBy: { address, userAgent, at: new Date() },
    otherwise: 'If this was not you, contact the operator of the server at once: the data can be recovered for 7 days.',
  }
}
