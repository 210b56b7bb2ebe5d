import type { Failure, Found } from './failure.ts'

/** How many tests failed and how many other errors there are: `2 tests failed, 1 error`. */
export function countWords({ tests, errors }: Pick<Found, 'tests' | 'errors'>): string {
  const parts = [
    ...(tests === 0 ? [] : [`${tests} ${tests === 1 ? 'test' : 'tests'} failed`]),
    ...(errors === 0 ? [] : [`${errors} ${errors === 1 ? 'error' : 'errors'}`]),
  ]
  return parts.join(', ')
}

/** A failure in one line: `invoice › rounds half up — expected 2, got 1 · invoice.test.ts:7`. */
export function failureWords({ test, message, file, line }: Failure): string {
  const name = file?.split(/[\\/]/).at(-1)
  const place = name === undefined ? '' : ` · ${name}${line === null ? '' : `:${line}`}`
  return `${test === null ? '' : `${test} — `}${message}${place}`
}
