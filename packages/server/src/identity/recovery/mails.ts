import type { LinkMail, Mail } from '../../platform/mail/queue-mail.ts'
import type { Asked } from '../passkeys/mails.ts'
import type { Leftovers } from './store.ts'

/** The mail with the link by which one gets back into an account. */
export function recoveryMail(publicUrl: string, to: string, token: string, askedBy: Asked): LinkMail {
  return {
    to,
    subject: 'Recover your Harmont account',
    paragraphs: [
      'Someone asked to recover your account. Open the link to create a new passkey. This ends all sessions of the account.',
    ],
    link: {
      url: `${publicUrl}/recover/verify?token=${token}`,
      label: 'Recover the account',
      lifetime: 'for 30 minutes and only once',
    },
    askedBy,
    otherwise: 'If this was not you, do nothing: your account is unchanged, and nobody can sign in without this link.',
  }
}

/** Tells that an account was recovered, and which other ways in it still has. */
export function recoveredMail(publicUrl: string, to: string, kept: Leftovers, askedBy: Asked): Mail {
  const rest = [count(kept.passkeys, 'other passkey'), count(kept.keys, 'API key')].filter((text) => text !== null)
  return {
    to,
    subject: 'Your Harmont account was recovered',
    paragraphs: [
      'A new passkey was added with a recovery link, and every session and pending CLI login of the account has ended.',
      rest.length === 0
        ? 'The account has no other passkey and no API key.'
        : `Still active: ${rest.join(' and ')}. To remove them, sign in and open your account: passkeys under Passkeys, keys under API keys.`,
    ],
    link: { url: `${publicUrl}/account`, label: 'Your account', lifetime: null },
    askedBy,
    otherwise:
      'If this was not you, somebody else can read your mail: secure your mail account first, then recover this account again.',
  }
}

function count(number: number, what: string): string | null {
  return number === 0 ? null : `${number} ${what}${number === 1 ? '' : 's'}`
}
