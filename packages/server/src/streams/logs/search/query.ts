import { queryError } from '../../../platform/http/index.ts'

/** A search in a log. */
export interface SearchQuery {
  readonly text: string
  /** Whether the text is an expression in RE2 syntax. */
  readonly isExpression: boolean
  readonly isCaseSensitive: boolean
  /** Whether a match must have no adjacent letter, digit or `_`. */
  readonly isWord: boolean
}

const longestText = 1_000

interface Sent {
  readonly q?: string
  readonly regex?: 'true' | 'false'
  readonly case?: 'true' | 'false'
  readonly word?: 'true' | 'false'
}

/** Reads a search. Throws 400 for a text that is empty or too long. */
export function readSearch({ q = '', regex, case: isCase, word }: Sent): SearchQuery {
  if (q === '' || q.length > longestText) throw searchInvalid(`must have 1 to ${longestText} characters`)
  return { text: q, isExpression: regex === 'true', isCaseSensitive: isCase === 'true', isWord: word === 'true' }
}

/** Returns the error for an invalid search text. */
export function searchInvalid(message: string): Error {
  return queryError('q', message)
}
