import type { Client } from '../../platform/http/index.ts'
import type { LinkMail, Mail } from '../../platform/mail/queue-mail.ts'

/** Who asked for a mail, and when. */
export type Asked = NonNullable<Mail['askedBy']>

/** Makes it from a request that is being answered. */
export function askedNow(client: Client): Asked {
  return { address: client.address, userAgent: client.userAgent, at: new Date() }
}

/** As `askedNow` of a request that left the rest to the worker, where instants are text. */
export type QueuedAsked = Omit<Asked, 'at'> & { readonly at: string }

/** Makes it from what a task was queued with. */
export function askedThen(queued: QueuedAsked): Asked {
  return { ...queued, at: new Date(queued.at) }
}

/** The mail that proves that an address is its reader's. */
export function verificationMail(publicUrl: string, to: string, token: string, askedBy: Asked): LinkMail {
  return {
    to,
    subject: 'Finish signing up for Harmont',
    paragraphs: [
      'Someone asked to create a Harmont account with this address. Open the link to create a passkey for it.',
    ],
    link: {
      url: `${publicUrl}/register/verify?token=${token}`,
      label: 'Finish signing up',
      lifetime: 'for 24 hours and only once',
    },
    askedBy,
    otherwise: 'If this was not you, do nothing: no account is created without the link.',
  }
}

/** The mail for whoever signs up with an address that has an account. */
export function accountExistsMail(publicUrl: string, to: string, askedBy: Asked): Mail {
  return {
    to,
    subject: 'You already have a Harmont account',
    paragraphs: [
      'Someone asked to create a Harmont account with this address, which already has one. Sign in with it; the sign-in page also helps if you lost your passkey.',
    ],
    link: { url: `${publicUrl}/login`, label: 'Sign in', lifetime: null },
    askedBy,
    otherwise: 'If this was not you, do nothing: your account is unchanged.',
  }
}

/** Tells of a new way into an account. */
export function passkeyAddedMail(publicUrl: string, to: string, nickname: string, askedBy: Asked): Mail {
  return {
    to,
    subject: 'A passkey was added to your Harmont account',
    paragraphs: [`The passkey "${nickname}" can now sign in to your account.`],
    link: { url: `${publicUrl}/account/passkeys`, label: 'Your passkeys', lifetime: null },
    askedBy,
    otherwise: 'If this was not you, remove that passkey and end all sessions at once.',
  }
}

/** Tells that a passkey may have been copied. */
export function passkeyLockedMail(publicUrl: string, to: string, nickname: string, askedBy: Asked): Mail {
  return {
    to,
    subject: 'A passkey of your Harmont account was locked',
    paragraphs: [
      `The passkey "${nickname}" was used with a signature counter that went backwards. There may be a copy of it, so it can no longer sign in.`,
      'Sign in with another passkey, or recover the account by mail, and remove the locked one.',
    ],
    link: { url: `${publicUrl}/account/passkeys`, label: 'Your passkeys', lifetime: null },
    askedBy,
    otherwise: 'If this was not you, somebody else has a copy of that passkey: remove it and end all sessions.',
  }
}
