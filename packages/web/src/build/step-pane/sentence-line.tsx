import { Link } from '@tanstack/react-router'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { addressOf } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { type Part, partText, type Sentence } from '../sentences/sentence.ts'

const from = '/$org/pipelines/$slug/builds/$number'
const link = 'underline decoration-edge decoration-1 underline-offset-3 hover:decoration-current'

/** Shows a sentence with links to its steps, lines and builds. */
export function SentenceLine({ sentence, place }: { readonly sentence: Sentence; readonly place: BuildPlace }) {
  return sentence.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence have no other name
    <SentencePart key={index} part={part} place={place} />
  ))
}

function SentencePart({ part, place }: { readonly part: Part; readonly place: BuildPlace }) {
  if (typeof part === 'string') return part
  const params = { org: place.org, slug: place.slug, number: String(place.number) }
  switch (part.kind) {
    case 'name':
      return <IsolatedText text={part.text} />
    case 'clock':
      // Has room for the longest duration, so that the sentence never gets another line while it is read.
      return <span className="tabular inline-block min-w-[9em]">{part.text}</span>
    case 'server':
      return <ServerText text={part.text} />
    case 'step':
      return (
        <Link to={from} params={params} search={{ job: addressOf(part.job) }} className={link}>
          <IsolatedText text={part.text} />
        </Link>
      )
    case 'line':
      return (
        <Link to={from} params={params} search={{ job: addressOf(part.job) }} hash={`L${part.line}`} className={link}>
          {part.text === undefined ? partText(part) : <IsolatedText text={part.text} />}
        </Link>
      )
    case 'build':
      return (
        <Link to={from} params={{ ...params, number: String(part.number) }} className={link}>
          {partText(part)}
        </Link>
      )
    case 'usage':
      return (
        <Link to="/$org/usage" params={{ org: place.org }} className={link}>
          <IsolatedText text={part.text} />
        </Link>
      )
  }
}

/** Shows a sentence of the server, with names and code between backticks. */
export function ServerText({ text }: { readonly text: string }) {
  const pieces = text.split(/`([^`]*)`/)
  return (
    <>
      {pieces.map((piece, index) =>
        index % 2 === 0 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
          <IsolatedText key={index} text={piece} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
          <code key={index} className="font-mono text-[0.95em]">
            <IsolatedText text={piece} />
          </code>
        ),
      )}
    </>
  )
}
