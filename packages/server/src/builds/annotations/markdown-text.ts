import type { MarkdownTree } from './plain-tree.ts'

type Node = MarkdownTree[number]

/**
 * Converts a tree back to Markdown, for a forge that would also render HTML and images. The result
 * contains only elements of the tree.
 */
export function markdownText(tree: MarkdownTree): string {
  return blocks(childrenOf(tree, 0, tree.length, 0)).join('\n\n')
}

interface Part {
  readonly node: Node
  readonly children: readonly Part[]
}

/** Returns the subtrees at this depth in a range of the list. */
function childrenOf(tree: MarkdownTree, from: number, to: number, depth: number): readonly Part[] {
  const parts: Part[] = []
  for (let at = from; at < to; ) {
    let end = at + 1
    while (end < to && (tree[end]?.depth ?? 0) > depth) end++
    const node = tree[at]
    if (node !== undefined) parts.push({ node, children: childrenOf(tree, at + 1, end, depth + 1) })
    at = end
  }
  return parts
}

const inlineTags: ReadonlySet<string> = new Set<Node['tag']>(['text', 'code', 'em', 'strong', 's', 'a', 'br'])

/** Returns the blocks. Bare text, as in a tight list, counts as a block. */
function blocks(parts: readonly Part[]): readonly string[] {
  const written: string[] = []
  let line: Part[] = []
  const endLine = () => {
    if (line.length > 0) written.push(paragraph(line))
    line = []
  }
  for (const part of parts) {
    if (inlineTags.has(part.node.tag)) line.push(part)
    else {
      endLine()
      written.push(block(part))
    }
  }
  endLine()
  return written
}

function block({ node, children }: Part): string {
  switch (node.tag) {
    case 'pre':
      return fenced(node.text ?? '')
    case 'hr':
      return '---'
    case 'blockquote':
      return indented(blocks(children).join('\n\n'), '> ', '> ')
    case 'ul':
    case 'ol':
      return children.map((item, index) => listItem(item, node, index)).join('\n')
    case 'table':
      return table(children)
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6':
      return `${'#'.repeat(Number(node.tag.slice(1)))} ${oneLine(children)}`
    default:
      return paragraph(children)
  }
}

function listItem({ children }: Part, { tag, start }: Node, index: number): string {
  const mark = tag === 'ol' ? `${(start ?? 1) + index}. ` : '- '
  return indented(blocks(children).join('\n'), mark, ' '.repeat(mark.length))
}

function table(parts: readonly Part[]): string {
  const rows = parts.flatMap(({ children }) => children)
  const [head, ...rest] = rows.map(({ children }) => `| ${children.map(cellText).join(' | ')} |`)
  const marks = rows[0]?.children.map(({ node: { align } }) => rules[align ?? 'none']) ?? []
  return [head ?? '', `|${marks.join('|')}|`, ...rest].join('\n')
}

/** Escapes bars: a bar ends a cell, even within code. */
function cellText({ children }: Part): string {
  return oneLine(children).replaceAll(/(?<!\\)\|/g, '\\|')
}

const rules = { none: '---', left: ':--', center: ':-:', right: '--:' }

function paragraph(parts: readonly Part[]): string {
  return parts.map(inline).join('').trim()
}

function oneLine(parts: readonly Part[]): string {
  return paragraph(parts).replaceAll(/\s*\\?\n\s*/g, ' ')
}

function inline({ node, children }: Part): string {
  const inside = () => children.map(inline).join('')
  switch (node.tag) {
    case 'code':
      return code(node.text ?? '')
    case 'br':
      return '\\\n'
    case 'em':
      return `*${inside()}*`
    case 'strong':
      return `**${inside()}**`
    case 's':
      return `~~${inside()}~~`
    case 'a':
      return `[${inside()}](<${(node.href ?? '').replaceAll(/[<>\\\s]/g, encodeURIComponent)}>)`
    default:
      return escaped(node.text ?? '')
  }
}

/** Escapes every character with a meaning in Markdown, also at the beginning of a line. */
function escaped(text: string): string {
  return text.replaceAll(/[!-/:-@[-`{-~]/g, '\\$&').replaceAll(/\n[ \t]+/g, '\n')
}

function code(text: string): string {
  const ticks = '`'.repeat(longestTicks(text) + 1)
  return `${ticks} ${text} ${ticks}`
}

function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestTicks(text) + 1))
  return `${fence}\n${text.replace(/\n$/, '')}\n${fence}`
}

function longestTicks(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}

function indented(text: string, first: string, rest: string): string {
  return first + text.split('\n').join(`\n${rest}`)
}
