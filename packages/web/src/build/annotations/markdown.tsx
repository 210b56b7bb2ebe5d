import { type ReactNode, useMemo } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { useEmoji } from '../../text/emoji.ts'
import { showInvisible } from '../../text/escape.ts'
import { type NestedNode, nest } from './nest.ts'

const block = 'not-first:mt-2'
/** Below the headings of the page, whatever level the text gives them. */
const headings = {
  h1: ['h4', 'text-16'],
  h2: ['h5', 'text-14'],
  h3: ['h6', 'text-13'],
  h4: ['h6', 'text-13'],
  h5: ['h6', 'text-13'],
  h6: ['h6', 'text-13'],
} as const

/** Draws parsed Markdown of a step as elements (web B17): nothing in it is taken for HTML. */
export function Markdown({ tree }: { readonly tree: Schema<'Annotation'>['tree'] }) {
  return <Nodes nodes={useMemo(() => nest(tree), [tree])} />
}

function Nodes({ nodes }: { readonly nodes: readonly NestedNode[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes, and its parts have no name
  return nodes.map((node, index) => <Node key={index} node={node} />)
}

function Node({ node }: { readonly node: NestedNode }): ReactNode {
  const { tag, text, href, start, align, children } = node
  const inside = <Nodes nodes={children} />
  switch (tag) {
    case 'text':
      return <Text text={text ?? ''} />
    case 'p':
      return (
        <p dir="auto" className={block}>
          {inside}
        </p>
      )
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6': {
      const [Heading, size] = headings[tag]
      return (
        <Heading dir="auto" className={`${block} ${size} font-semibold`}>
          {inside}
        </Heading>
      )
    }
    case 'ul':
      return <ul className={`${block} list-disc pl-6`}>{inside}</ul>
    case 'ol':
      return (
        <ol start={start ?? 1} className={`${block} list-decimal pl-6`}>
          {inside}
        </ol>
      )
    case 'li':
      return <li dir="auto">{inside}</li>
    case 'blockquote':
      return <blockquote className={`${block} border-l-2 border-edge pl-3 text-muted`}>{inside}</blockquote>
    case 'pre':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        <pre tabIndex={0} className={`${block} overflow-x-auto rounded-small bg-sunk px-2 py-1 font-mono text-12`}>
          {showInvisible(text ?? '')}
        </pre>
      )
    case 'code':
      return <code className="rounded-small bg-sunk px-1 font-mono text-12">{showInvisible(text ?? '')}</code>
    case 'hr':
      return <hr className={`${block} border-hairline`} />
    case 'br':
      return <br />
    case 'em':
      return <em>{inside}</em>
    case 'strong':
      return <strong className="font-semibold">{inside}</strong>
    case 's':
      return <s>{inside}</s>
    case 'a':
      return /^https?:\/\//.test(href ?? '') ? (
        <a className="underline" href={href ?? ''} target="_blank" rel="noopener noreferrer nofollow">
          {inside}
        </a>
      ) : (
        inside
      )
    case 'table':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        <div tabIndex={0} className={`${block} overflow-x-auto`}>
          <table className="border-collapse">{inside}</table>
        </div>
      )
    case 'thead':
      return <thead>{inside}</thead>
    case 'tbody':
      return <tbody>{inside}</tbody>
    case 'tr':
      return <tr>{inside}</tr>
    case 'th':
      return (
        <th dir="auto" className={`border border-hairline px-2 py-0.5 font-semibold ${alignment[align ?? 'left']}`}>
          {inside}
        </th>
      )
    case 'td':
      return (
        <td dir="auto" className={`tabular border border-hairline px-2 py-0.5 ${alignment[align ?? 'left']}`}>
          {inside}
        </td>
      )
    default:
      // A later release made this node.
      return text === null ? inside : <Text text={text} />
  }
}

const alignment = { left: 'text-left', center: 'text-center', right: 'text-right' }

function Text({ text }: { readonly text: string }) {
  return useEmoji(showInvisible(text))
}
