/** A linked part of a line. */
export interface Link {
  readonly from: number
  readonly to: number
  readonly href: string
  /** The real host of the link, if the text does not start with it. */
  readonly host: string | null
}

/** The repository and the commit that was built. */
export interface SourceOfLinks {
  readonly url: string
  readonly commit: string
}

const longest = 2083
const bare = /\bhttps?:\/\/[^\s<>"'`{}|\\^⟨⟩\p{Cc}]+/giu
/** Matches a path with a line and possibly a column: `src/app.ts:12:5`. */
const file = /(?<![\w./:@+-])(?:\.\/)?((?:[\w@.+-]+\/)*[\w@.+-]+\.[A-Za-z]\w{0,9}):(\d{1,7})(?::\d{1,5})?(?![\w/])/g
const isSourceName =
  /\.(?:[cm]?[jt]sx?|py|rs|go|java|kts?|[ch](?:pp|c|xx)?|rb|php|cs|swift|scala|sh|ya?ml|json|toml|s?css|html|vue|svelte|md|sql|exs?|hs|ml|zig|lua|tf|gradle|proto)$/

/** Parses an http or https address of acceptable length (web L8); null for any other. */
export function safeUrl(given: string): URL | null {
  if (new TextEncoder().encode(given).length > longest || !/^https?:\/\//i.test(given) || !URL.canParse(given))
    return null
  const url = new URL(given)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
}

/** Returns the OSC 8 link over a part of the text; null if the link is not allowed. */
export function linkOver(text: string, from: number, to: number, href: string): Link | null {
  const url = safeUrl(href)
  return url === null ? null : { from, to, href: url.href, host: saysHost(text.slice(from, to), url) ? null : url.host }
}

/** Finds addresses in the text. */
export function bareLinks(text: string): readonly Link[] {
  if (!text.includes('://')) return []
  return [...text.matchAll(bare)].flatMap((match) => {
    const shown = withoutEnd(match[0])
    const link = linkOver(text, match.index, match.index + shown.length, shown)
    return link === null ? [] : [link]
  })
}

/** Finds files of the repository that the text names with a line number. */
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

/**
 * Removes a sentence's punctuation, and a closing bracket whose opening one precedes the address.
 */
function withoutEnd(shown: string): string {
  const cut = shown.replace(/[.,;:!?*_~]+$/, '')
  const isOpen = (open: string, close: string) =>
    cut.endsWith(close) && cut.split(open).length < cut.split(close).length
  return isOpen('(', ')') || isOpen('[', ']') ? withoutEnd(cut.slice(0, -1)) : cut
}

function saysHost(text: string, url: URL): boolean {
  const stated = safeUrl(text.trim())
  return stated !== null && stated.host === url.host && stated.username === '' && text.toLowerCase().includes(url.host)
}
