import { escapeHtml } from '../http/escape-html.ts'
import type { Mail } from './queue-mail.ts'

export interface RenderedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/**
 * Renders text and HTML of a mail. Regardless of user input in its parts, it has at most one link
 * and loads no resources.
 */
export function renderMail(mail: Mail): RenderedMail {
  const before = mail.paragraphs.map(withoutLinks)
  const after = [askedBy(mail), withoutLinks(mail.otherwise)].filter((part) => part !== null)
  return { subject: oneLine(mail.subject), text: textOf(mail, before, after), html: htmlOf(mail, before, after) }
}

function textOf({ link }: Mail, before: readonly string[], after: readonly string[]): string {
  const linkLines = link === null ? [] : [[`${link.label}:`, link.url, ...lifetimeOf(link)].join('\n')]
  return `${[...before, ...linkLines, ...after].join('\n\n')}\n`
}

function htmlOf({ link }: Mail, before: readonly string[], after: readonly string[]): string {
  const paragraph = (text: string) => `<p>${escapeHtml(text)}</p>`
  const small = (text: string) => `<p style="color:#555;font-size:14px">${escapeHtml(text)}</p>`
  const button = link === null ? [] : [htmlLink(link), ...lifetimeOf(link).map(small)]
  const body = [...before.map(paragraph), ...button, ...after.map(small)].join('\n')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"></head>
<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:36em;margin:2em auto;padding:0 1em">
${body}
</body></html>
`
}

function htmlLink({ url, label }: NonNullable<Mail['link']>): string {
  return `<p><a href="${escapeHtml(url)}">${escapeHtml(label)}</a></p>`
}

function lifetimeOf({ lifetime }: NonNullable<Mail['link']>): string[] {
  return lifetime === null ? [] : [`The link works ${lifetime}.`]
}

function askedBy({ askedBy }: Mail): string | null {
  if (askedBy === null) return null
  const { at, address, userAgent } = askedBy
  const when = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const from = address === null ? '' : ` from the address ${address}`
  const program = userAgent === null ? '' : ` with ${describeProgram(userAgent)}`
  return `Requested on ${when}${from}${program}.`
}

/**
 * Describes a client by its user agent, without anything that a mail program would turn into a
 * link.
 */
function describeProgram(userAgent: string): string {
  const plain = oneLine(userAgent)
    .replace(/[^\w ./;:()+-]/g, '')
    .replace(/:\/\//g, ' ')
    .replace(/\.(?=[a-z])/gi, ' ')
    .slice(0, 160)
    .trim()
  return plain === '' ? 'an unknown program' : plain
}

/** Removes links from names chosen by users. */
function withoutLinks(text: string): string {
  return oneLine(text)
    .replace(/:\/\//g, ' ')
    .replace(/\bwww\./gi, 'www ')
}

function oneLine(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, ' ').trim()
}
