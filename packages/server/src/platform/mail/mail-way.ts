import { isLocal, type Settings } from '../settings/read-settings.ts'

/** Where mails go: to a mail server, or to whoever reads the log and the mailbox page of a server on their own machine. */
export type MailWay = 'smtp' | 'mailbox' | 'none'

/** `none`: there is no mail server, and the public URL says that others than this machine's users are to read their mails. */
export function mailWay({ smtpUrl, publicUrl }: Pick<Settings, 'smtpUrl' | 'publicUrl'>): MailWay {
  if (smtpUrl !== null) return 'smtp'
  return isLocal(publicUrl) ? 'mailbox' : 'none'
}
