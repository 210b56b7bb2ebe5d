/** Trees of Markdown. Separate from the parser, which only its threads load. */
import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'

type Node = Complete<components['schemas']['MarkdownNode']>

/** Nodes in the order of the text; children follow their parent, one level deeper. */
export type MarkdownTree = Node[]

/** Returns the unparsed text in one block. */
export function plainTree(text: string): MarkdownTree {
  return [treeNode('pre', 0, text)]
}

export function treeNode(tag: Node['tag'], depth: number, text: string | null = null): Node {
  return { depth, tag, text, href: null, start: null, align: null }
}
