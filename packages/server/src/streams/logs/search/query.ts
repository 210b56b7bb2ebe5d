import { apiError } from '../../../platform/http/index.ts'

/** What is looked for in a log. */
export interface SearchQuery {
  readonly text: string
  /** The text is an expression in RE2 syntax. */
  readonly isExpression: boolean
  readonly isCaseSensitive: boolean
  /** Only where no letter, digit or `_` stands beside it. */
  readonly isWord: boolean
}

const longestText = 1_000

interface Sent {
  readonly q?: string
  readonly regex?: 'true' | 'false'
  readonly case?: 'true' | 'false'
  readonly word?: 'true' | 'false'
}

/** Throws 400 for a text of a length that is not searched. */
export function readSearch({ q = '', regex, case: isCase, word }: Sent): SearchQuery {
  if (q === '' || q.length > longestText) throw searchInvalid(`must have 1 to ${longestText} characters`)
  return { text: q, isExpression: regex === 'true', isCaseSensitive: isCase === 'true', isWord: word === 'true' }
}

/** The error of a text that cannot be searched. */
export function searchInvalid(message: string): Error {
  return apiError('query_invalid', `The query parameter \`q\` ${message}.`, { errors: [{ field: 'q', message }] })
}
