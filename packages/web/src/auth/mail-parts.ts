interface MailPart {
  readonly text: string
  /** The link's target; null for plain text. */
  readonly link: string | null
}

/** Splits the text of a mail at its links. Only web addresses count. */
export function mailParts(text: string, links: readonly string[]): readonly MailPart[] {
  const wanted = links.filter((link) => /^https?:\/\//.test(link)).toSorted((a, b) => b.length - a.length)
  const parts: MailPart[] = []
  let plain = 0
  for (let at = 0; at < text.length; at += 1) {
    const link = wanted.find((one) => text.startsWith(one, at))
    if (link === undefined) continue
    if (at > plain) parts.push({ text: text.slice(plain, at), link: null })
    parts.push({ text: link, link })
    plain = at + link.length
    at = plain - 1
  }
  return plain < text.length ? [...parts, { text: text.slice(plain), link: null }] : parts
}
