import { isBrowser } from '../browser/is-browser.ts'

/**
 * The answers of the API that came with the page (web.md 14), by path and query. They are as old as
 * the page, so the first draw takes them, and nothing later.
 */
const answers = new Map<string, string>()
if (isBrowser)
  for (const { dataset, textContent } of document.querySelectorAll<HTMLScriptElement>('script[data-answer]'))
    if (dataset.answer !== undefined) answers.set(dataset.answer, textContent)

/** Takes the answer to a request out of the page; undefined: the server must be asked. */
export function takePageAnswer({ method, url }: Request): Response | undefined {
  const { pathname, search } = new URL(url)
  const text = method === 'GET' ? answers.get(pathname + search) : undefined
  if (text === undefined) return
  answers.delete(pathname + search)
  return new Response(text, { headers: { 'content-type': 'application/json' } })
}

/** Whether the page brought answers that were not taken. */
export function hasPageAnswers(): boolean {
  return answers.size > 0
}

/** Forgets what was not taken. */
export function dropPageAnswers(): void {
  answers.clear()
}
