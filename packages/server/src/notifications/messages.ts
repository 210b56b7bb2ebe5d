/** The message of each kind of notification. */
import type { LinkMail } from '../platform/mail/queue-mail.ts'
import { type ToldEvent, webhookBody, wordsOf } from './describe-event.ts'
import type { Kind } from './notification.ts'

/** Returns the body for a receiver. `mailOf` parses the body of a mail. */
export function messageOf(kind: Kind, told: ToldEvent): string {
  if (kind === 'webhook') return webhookBody(told)
  const { build, does, more } = wordsOf(told)
  const organization = told.build.organization
  if (kind === 'slack') {
    const link = `<${told.url}|${escaped(`${organization}/${build}`)}>`
    return slackBody([`${link} ${escaped(does)}`, ...more.map(escaped)])
  }
  return mailBody(`[${organization}] ${build} ${does}`, [`${build} ${does}.`, ...more], told.url)
}

/** Returns a test message. */
export function testMessage(kind: Kind, organization: string, at: string, url: string): string {
  if (kind === 'webhook') return JSON.stringify({ type: 'notification.test', timestamp: at, data: { organization } })
  const text = `This channel receives notifications about builds of ${organization}.`
  if (kind === 'slack') return slackBody([escaped(text)])
  return mailBody(`[${organization}] A test of your notifications`, [text], url)
}

/**
 * Returns the body for an incoming webhook of Slack. It has only `text`, which every
 * Slack-compatible service understands.
 */
function slackBody(lines: readonly string[]): string {
  return JSON.stringify({ text: lines.join('\n') })
}

/** Escapes the three characters that Slack reads as control characters. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function mailBody(subject: string, paragraphs: readonly string[], url: string): string {
  return JSON.stringify({ subject, paragraphs, url })
}

/** Parses a body into the parts of a mail. */
export function mailOf(body: string): Pick<LinkMail, 'subject' | 'paragraphs' | 'link'> {
  const { subject, paragraphs, url } = JSON.parse(body) as { subject: string; paragraphs: string[]; url: string }
  return { subject, paragraphs, link: { url, label: 'Open Harmont', lifetime: null } }
}
