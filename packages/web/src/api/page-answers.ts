import { isBrowser } from '../browser/is-browser.ts'

/**
 * Answers of the API that the page contains (web.md 14), by path and query. They are as old as the
 * page, so only the first render uses them.
 */
const answers = new Map<string, string>()
if (isBrowser)
  for (const { dataset, textContent } of document.querySelectorAll<HTMLScriptElement>('script[data-answer]'))
    if (dataset.answer !== undefined) answers.set(dataset.answer, textContent)

/** Takes the answer to a request out of the page; undefined if the page has none. */
export function takePageAnswer({ method, url }: Request): Response | undefined {
  const { pathname, search } = new URL(url)
  const text = method === 'GET' ? answers.get(pathname + search) : undefined
  if (text === undefined) return
  answers.delete(pathname + search)
  return new Response(text, { headers: { 'content-type': 'application/json' } })
}

/** Whether the page still has answers that were not taken. */
export function hasPageAnswers(): boolean {
  return answers.size > 0
}

/** Drops the answers that were not taken. */
export function dropPageAnswers(): void {
  answers.clear()
}
