import type { LinkMail, Mail } from '../mail/queue-mail.ts'
import type { Asked } from '../passkeys/mails.ts'
import type { Leftovers } from './store.ts'

/** The mail with the link by which one gets back into an account. */
export function recoveryMail(publicUrl: string, to: string, token: string, askedBy: Asked): LinkMail {
  return {
    to,
    subject: 'Recover your Harmont account',
    paragraphs: [
      'Somebody asked to recover your account. Open the link to create a new passkey. All sessions of the account end then.',
    ],
    link: {
      url: `${publicUrl}/recover/verify?token=${token}`,
      label: 'Recover the account',
      lifetime: 'for 30 minutes, and once',
    },
    askedBy,
    otherwise: 'If it was not you, do nothing: your account stays as it is. Nobody gets in without this link.',
  }
}

/** Tells that an account was recovered, and which other ways in it still has. */
export function recoveredMail(publicUrl: string, to: string, kept: Leftovers, askedBy: Asked): Mail {
  const rest = [count(kept.passkeys, 'other passkey'), count(kept.keys, 'API key')].filter((text) => text !== null)
  return {
    to,
    subject: 'Your Harmont account was recovered',
    paragraphs: [
      'A new passkey was added with a recovery link, and every session and waiting CLI login of the account ended.',
      rest.length === 0
        ? 'No other passkey and no API key was kept.'
        : `Still there: ${rest.join(' and ')}. To remove them, sign in and go to your account: passkeys under Passkeys, keys under API keys.`,
    ],
    link: { url: `${publicUrl}/account`, label: 'Your account', lifetime: null },
    askedBy,
    otherwise:
      'If it was not you, somebody reads your mail: secure your mail account first, then recover this account again.',
  }
}

function count(number: number, what: string): string | null {
  return number === 0 ? null : `${number} ${what}${number === 1 ? '' : 's'}`
}
