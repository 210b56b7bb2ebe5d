import MarkdownIt, { type Token } from 'markdown-it'
import { type MarkdownTree, plainTree, treeNode } from './plain-tree.ts'

type Node = MarkdownTree[number]
type Tag = Node['tag']

/**
 * Larger or deeper texts are shown unparsed: nobody reads such a page, and browsers draw it slowly.
 */
const mostElements = 4_000
const deepest = 32

// HTML stays text. An image becomes a link: loading it would reveal the reader to its host.
const markdown = new MarkdownIt({ html: false, linkify: true }).disable('image')
// Only addresses with a scheme become links: a file name such as `main.rs` is no host.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })

/**
 * Parses Markdown to elements that a page can render safely: fixed tags, text, and links to http
 * and https.
 */
export function markdownTree(text: string): MarkdownTree {
  const tree = new TreeWriter()
  try {
    for (const token of markdown.parse(text, {})) tree.add(token)
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error
    return plainTree(text)
  }
  return tree.nodes
}

class TooLarge extends Error {}

class TreeWriter {
  readonly nodes: MarkdownTree = []
  /** Whether each open token has an element. A link without a web address is shown as its text. */
  readonly #open: boolean[] = []
  #depth = 0
  #elements = 0

  add(token: Token): void {
    const { type, nesting, content, children, hidden } = token
    if (type === 'inline') for (const child of children ?? []) this.add(child)
    else if (type === 'text' || type === 'text_special') this.#text(content)
    else if (type === 'softbreak') this.#text('\n')
    else if (type === 'fence' || type === 'code_block') this.#put(treeNode('pre', this.#depth, content))
    else if (type === 'code_inline') this.#put(treeNode('code', this.#depth, content))
    // Paragraphs of a tight list have no element.
    else if (hidden) return
    else if (nesting === -1) this.#depth -= this.#open.pop() === true ? 1 : 0
    else {
      const made = elementOf(token, this.#depth)
      if (made !== null) this.#put(made)
      if (nesting === 0) return
      this.#open.push(made !== null)
      this.#depth += made === null ? 0 : 1
    }
  }

  #text(text: string): void {
    const last = this.nodes.at(-1)
    if (last?.tag === 'text' && last.depth === this.#depth) last.text += text
    else if (text !== '') this.nodes.push(treeNode('text', this.#depth, text))
  }

  #put(made: Node): void {
    this.#elements += 1
    if (this.#elements > mostElements || this.#depth > deepest) throw new TooLarge()
    this.nodes.push(made)
  }
}

const tags: ReadonlySet<string> = new Set<Tag>([
  ...(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'hr', 'br'] as const),
  ...(['em', 'strong', 's', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td'] as const),
])

function isTag(tag: string): tag is Tag {
  return tags.has(tag)
}

function elementOf(token: Token, depth: number): Node | null {
  const { tag } = token
  if (!isTag(tag)) return null
  const href = tag === 'a' ? webAddress(String(token.attrGet('href') ?? '')) : null
  if (tag === 'a' && href === null) return null
  const start = tag === 'ol' ? Number(token.attrGet('start') ?? 1) : null
  return { ...treeNode(tag, depth), href, start, align: alignOf(String(token.attrGet('style') ?? '')) }
}

function alignOf(style: string): Node['align'] {
  const align = /^text-align:(left|center|right)$/.exec(style)?.[1]
  return align === 'left' || align === 'center' || align === 'right' ? align : null
}

function webAddress(href: string): string | null {
  const url = URL.canParse(href) ? new URL(href) : null
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : null
}
