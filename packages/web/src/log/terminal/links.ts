/** A stretch of a line that leads somewhere. */
export interface Link {
  readonly from: number
  readonly to: number
  readonly href: string
  /** The host that it really leads to, where the text does not begin with it. */
  readonly host: string | null
}

/** Where the repository is, and which commit of it was built. */
export interface SourceOfLinks {
  readonly url: string
  readonly commit: string
}

const longest = 2083
const bare = /\bhttps?:\/\/[^\s<>"'`{}|\\^⟨⟩\p{Cc}]+/giu
/** A path with a line, and maybe a column: `src/app.ts:12:5`. */
const file = /(?<![\w./:@+-])(?:\.\/)?((?:[\w@.+-]+\/)*[\w@.+-]+\.[A-Za-z]\w{0,9}):(\d{1,7})(?::\d{1,5})?(?![\w/])/g
const isSourceName =
  /\.(?:[cm]?[jt]sx?|py|rs|go|java|kts?|[ch](?:pp|c|xx)?|rb|php|cs|swift|scala|sh|ya?ml|json|toml|s?css|html|vue|svelte|md|sql|exs?|hs|ml|zig|lua|tf|gradle|proto)$/

/** An address that may be followed: http and https only, of bearable length (web L8); null for any other. */
export function safeUrl(given: string): URL | null {
  if (new TextEncoder().encode(given).length > longest || !/^https?:\/\//i.test(given) || !URL.canParse(given))
    return null
  const url = new URL(given)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
}

/** The link of OSC 8 over a stretch of text; null where it may not be followed. Its host is told where the text does not say it. */
export function linkOver(text: string, from: number, to: number, href: string): Link | null {
  const url = safeUrl(href)
  return url === null ? null : { from, to, href: url.href, host: saysHost(text.slice(from, to), url) ? null : url.host }
}

/** Addresses that stand in the text as they are. */
export function bareLinks(text: string): readonly Link[] {
  if (!text.includes('://')) return []
  return [...text.matchAll(bare)].flatMap((match) => {
    const shown = withoutEnd(match[0])
    const link = linkOver(text, match.index, match.index + shown.length, shown)
    return link === null ? [] : [link]
  })
}

/** Files of the repository that the text names with a line. */
export function fileLinks(text: string, source: SourceOfLinks | null): readonly Link[] {
  if (source === null || !text.includes(':')) return []
  return [...text.matchAll(file)].flatMap((match) => {
    const [shown, path = '', line = ''] = match
    const from = match.index
    if (path.split('/').some((part) => part === '..' || part === '.')) return []
    if (!path.includes('/') && !isSourceName.test(path)) return []
    const href = forgeLink(source, path, line)
    return href === null ? [] : [{ from, to: from + shown.length, href, host: null }]
  })
}

function forgeLink({ url, commit }: SourceOfLinks, path: string, line: string): string | null {
  const base = safeUrl(url)
  if (base === null) return null
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const root = base.href.replace(/\/$/, '')
  const at = encodeURIComponent(commit)
  switch (base.hostname) {
    case 'bitbucket.org':
      return `${root}/src/${at}/${encoded}#lines-${line}`
    case 'gitlab.com':
      return `${root}/-/blob/${at}/${encoded}#L${line}`
    case 'codeberg.org':
      return `${root}/src/commit/${at}/${encoded}#L${line}`
    default:
      return `${root}/blob/${at}/${encoded}#L${line}`
  }
}

/** A sentence's end, and a bracket that was opened before the address. */
function withoutEnd(shown: string): string {
  const cut = shown.replace(/[.,;:!?*_~]+$/, '')
  const isOpen = (open: string, close: string) =>
    cut.endsWith(close) && cut.split(open).length < cut.split(close).length
  return isOpen('(', ')') || isOpen('[', ']') ? withoutEnd(cut.slice(0, -1)) : cut
}

function saysHost(text: string, url: URL): boolean {
  const said = safeUrl(text.trim())
  return said !== null && said.host === url.host && said.username === '' && text.toLowerCase().includes(url.host)
}
