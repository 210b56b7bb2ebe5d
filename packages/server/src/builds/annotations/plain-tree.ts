/** Trees of Markdown, apart from their parser, which only its threads load. */
import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'

type Node = Complete<components['schemas']['MarkdownNode']>

/** In the order of the text; children follow their parent, one deeper. */
export type MarkdownTree = Node[]

/** Returns the text as it is, in one block. */
export function plainTree(text: string): MarkdownTree {
  return [treeNode('pre', 0, text)]
}

export function treeNode(tag: Node['tag'], depth: number, text: string | null = null): Node {
  return { depth, tag, text, href: null, start: null, align: null }
}
