import MarkdownIt, { type Token } from 'markdown-it'
import { slugOf } from '../../platform/names/slug.ts'

export interface Rendered {
  /** The text of its first heading. */
  readonly title: string
  readonly html: string
}

/** Returns the URL for a link target in the file; null for a target without a page. */
type RewriteLink = (href: string) => string | null

const markdown = new MarkdownIt({ html: false })

const { rules } = markdown.renderer
// Wide content scrolls within its own box, which the keyboard can focus.
rules.table_open = () => '<div class="wide" tabindex="0"><table>\n'
rules.table_close = () => '</table></div>\n'
rules.fence = (tokens, index) => codeBlock(tokens[index]?.content ?? '')
rules.code_block = (tokens, index) => codeBlock(tokens[index]?.content ?? '')
rules.heading_close = (tokens, index) => {
  const { tag } = tokens[index] ?? { tag: 'h2' }
  const id = tokens[index - 2]?.attrGet('id') ?? ''
  if (tag === 'h1') return '</h1>\n'
  const name = markdown.utils.escapeHtml(tokens[index - 1]?.content.replaceAll('`', '') ?? '')
  return ` <a class="anchor" href="#${id}" aria-label="Link to ${name}">#</a></${tag}>\n`
}

/**
 * Renders a page. Its headings get the same anchors as on a forge, so that links work in both
 * places.
 */
export function renderMarkdown(text: string, rewrite: RewriteLink): Rendered {
  const tokens = markdown.parse(text, {})
  let title = ''
  const taken = new Map<string, number>()
  for (const [index, token] of tokens.entries()) {
    const content = tokens[index + 1]?.content ?? ''
    if (token.type === 'heading_open') {
      if (token.tag === 'h1' && title === '') title = content.replaceAll('`', '')
      token.attrSet('id', anchorOf(content, taken))
    }
    rewriteLinks(token.children ?? [], rewrite)
  }
  return { title, html: markdown.renderer.render(tokens, markdown.options, {}) }
}

/** A link without a target becomes its text. */
function rewriteLinks(tokens: readonly Token[], rewrite: RewriteLink): void {
  let isPlain = false
  for (const token of tokens) {
    if (token.type === 'link_close' && isPlain) token.hidden = true
    for (const name of ['href', 'src']) {
      const target = token.attrGet(name)
      if (target === null) continue
      const address = rewrite(String(target))
      if (address !== null) token.attrSet(name, address)
      else token.hidden = true
      if (token.type === 'link_open') isPlain = address === null
    }
  }
}

function codeBlock(text: string): string {
  return `<pre tabindex="0"><code>${markdown.utils.escapeHtml(text)}</code></pre>\n`
}

function anchorOf(heading: string, taken: Map<string, number>): string {
  const slug = slugOf(heading.replaceAll(/['’`]/g, ''), 100) || 'section'
  const before = taken.get(slug) ?? 0
  taken.set(slug, before + 1)
  return before === 0 ? slug : `${slug}-${before}`
}

/**
 * Converts a link of a file to the link of a page: `pipelines.md#steps` becomes
 * `/docs/pipelines#steps`. `page` is the URL of the page itself. Returns null for a target outside
 * the documentation, such as a test.
 */
export function rewriteLink(page: string, href: string): string | null {
  if (/^([a-z][a-z0-9+.-]*:|\/|#)/i.test(href)) return href
  const { pathname, hash } = new URL(href, `http://docs${page}`)
  return pathname.startsWith('/docs') ? pathname.replace(/\.md$/, '') + hash : null
}
