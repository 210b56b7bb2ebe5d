import { createElement, type ReactNode, useMemo } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { useEmoji } from '../../text/emoji.ts'
import { showInvisible } from '../../text/escape.ts'
import { type NestedNode, nest } from './nest.ts'

const block = 'not-first:mt-2'
/**
 * Headings rank below the heading of the annotation, whether the text begins with level one or two.
 */
const headings = {
  h1: ['h3', 'text-16'],
  h2: ['h3', 'text-14'],
  h3: ['h4', 'text-13'],
  h4: ['h5', 'text-13'],
  h5: ['h6', 'text-13'],
  h6: ['h6', 'text-13'],
} as const

/** Renders a step's parsed Markdown as elements (web B17); it never interprets HTML. */
export function Markdown({ tree }: { readonly tree: Schema<'Annotation'>['tree'] }) {
  return <Nodes nodes={useMemo(() => nest(tree), [tree])} />
}

function Nodes({ nodes }: { readonly nodes: readonly NestedNode[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes, and its parts have no name
  return nodes.map((node, index) => <Node key={index} node={node} />)
}

/** Elements that need only a class. Elements with user text detect its direction. */
const plain: ReadonlyMap<string, { readonly className?: string; readonly isText?: true }> = new Map([
  ['p', { className: block, isText: true }],
  ['ul', { className: `${block} list-disc pl-6` }],
  ['li', { isText: true }],
  ['blockquote', { className: `${block} border-l-2 border-edge pl-3 text-muted` }],
  ['em', {}],
  ['strong', { className: 'font-semibold' }],
  ['s', {}],
  ['thead', {}],
  ['tbody', {}],
  ['tr', {}],
])

function Node({ node }: { readonly node: NestedNode }): ReactNode {
  const { tag, text, href, start, children } = node
  const inside = <Nodes nodes={children} />
  const known = plain.get(tag)
  if (known !== undefined)
    return createElement(tag, { className: known.className, ...(known.isText && { dir: 'auto' }) }, inside)
  switch (tag) {
    case 'text':
      return <Text text={text ?? ''} />
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6': {
      const [heading, size] = headings[tag]
      return createElement(heading, { dir: 'auto', className: `${block} ${size} font-semibold` }, inside)
    }
    case 'ol':
      return (
        <ol start={start ?? 1} className={`${block} list-decimal pl-6`}>
          {inside}
        </ol>
      )
    case 'pre':
      return <Preformatted text={text ?? ''} />
    case 'code':
      return <code className="rounded-small bg-sunk px-1 font-mono text-12">{showInvisible(text ?? '')}</code>
    case 'hr':
      return <hr className={`${block} border-hairline`} />
    case 'br':
      return <br />
    case 'a':
      return <Anchor href={href ?? ''}>{inside}</Anchor>
    case 'table':
      return <Table>{inside}</Table>
    case 'th':
    case 'td':
      return <Cell node={node}>{inside}</Cell>
    default:
      // A later release created this node.
      return text === null ? inside : <Text text={text} />
  }
}

function Preformatted({ text }: { readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys can scroll it
    <pre tabIndex={0} className={`${block} overflow-x-auto rounded-small bg-sunk px-2 py-1 font-mono text-12`}>
      {showInvisible(text)}
    </pre>
  )
}

/** Links only web addresses. */
function Anchor({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  if (!/^https?:\/\//.test(href)) return children
  return (
    <a className="underline" href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  )
}

function Table({ children }: { readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys can scroll it
    <div tabIndex={0} className={`${block} overflow-x-auto`}>
      <table className="border-collapse">{children}</table>
    </div>
  )
}

function Cell({ node, children }: { readonly node: NestedNode; readonly children: ReactNode }) {
  const aligned = alignment[node.align ?? 'left']
  return node.tag === 'th' ? (
    <th dir="auto" className={`border border-hairline px-2 py-0.5 font-semibold ${aligned}`}>
      {children}
    </th>
  ) : (
    <td dir="auto" className={`tabular border border-hairline px-2 py-0.5 ${aligned}`}>
      {children}
    </td>
  )
}

const alignment = { left: 'text-left', center: 'text-center', right: 'text-right' }

function Text({ text }: { readonly text: string }) {
  return useEmoji(showInvisible(text))
}
