import { thousands } from '../../text/count.ts'
import type { JobView } from '../data/job-state.ts'

/** A part of a sentence: the app's own words, an external name, or a link. */
export type Part =
  | string
  | { readonly kind: 'name'; readonly text: string }
  /** A sentence of the server, with names between backticks. */
  | { readonly kind: 'server'; readonly text: string }
  | { readonly kind: 'step'; readonly text: string; readonly job: JobView }
  | { readonly kind: 'build'; readonly number: number }
  /** A line of a step's log; its text, if any, is an external name. */
  | { readonly kind: 'line'; readonly line: number; readonly job: JobView; readonly text?: string }
  | { readonly kind: 'usage'; readonly text: string }
  /** A growing duration at the end of a sentence. */
  | { readonly kind: 'clock'; readonly text: string }

export type Sentence = readonly Part[]

/** Returns the sentence as text, for titles and screen readers. */
export function sentenceText(sentence: Sentence): string {
  return sentence.map(partText).join('')
}

/** Returns one part as text. */
export function partText(part: Part): string {
  if (typeof part === 'string') return part
  if (part.kind === 'build') return `#${part.number}`
  if (part.kind === 'line') return part.text ?? `line ${thousands(part.line)}`
  return part.text
}
