import { isLocal, type Settings } from '../settings/read-settings.ts'

/** The destination of mails: a mail server, or the log and mailbox page of a local server. */
type MailTransport = 'smtp' | 'mailbox' | 'none'

/** `none`: there is no mail server, and the public URL is not local. */
export function mailTransport({ smtpUrl, publicUrl }: Pick<Settings, 'smtpUrl' | 'publicUrl'>): MailTransport {
  if (smtpUrl !== null) return 'smtp'
  return isLocal(publicUrl) ? 'mailbox' : 'none'
}
