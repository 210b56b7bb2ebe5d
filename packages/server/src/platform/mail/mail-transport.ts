import { isLocal, type Settings } from '../settings/read-settings.ts'

/** The destination of mails: a mail server, or the log and mailbox page of a local server. */
export type MailWay = 'smtp' | 'mailbox' | 'none'

/** `none`: there is no mail server, and the public URL is not local. */
export function mailWay({ smtpUrl, publicUrl }: Pick<Settings, 'smtpUrl' | 'publicUrl'>): MailWay {
  if (smtpUrl !== null) return 'smtp'
  return isLocal(publicUrl) ? 'mailbox' : 'none'
}
