/** Walks through a whole page with Tab, like a user without a mouse. */
import type { Page } from 'playwright-core'

/**
 * Returns the faults: elements that Tab never reaches, and reached elements without a name or a
 * focus ring.
 */
export async function walkByKeyboard(page: Page): Promise<readonly string[]> {
  await page.evaluate(begin)
  // A list may grow during the walk, because its next rows load near its end. The key stays down
  // and repeats.
  for (let left = 1; left > 0; left = (await page.evaluate('globalThis.walk.left()')) as number)
    for (let presses = 0; presses < 8; presses += 1) await page.keyboard.down('Tab')
  await page.keyboard.up('Tab')
  return (await page.evaluate('globalThis.walk.faults()')) as readonly string[]
}

/** Runs in the page. It is text because Node.js lacks the browser's globals. */
const begin = `{
  const usable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"], [role=button], [role=link]'
  const groups = '[role=tablist], [role=radiogroup], [role=menu], [role=toolbar], [role=listbox]'
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert], [aria-hidden=true]')
  // Elements that Tab skips on purpose, because an element around them has the focus and its own
  // keys.
  const isKept = (element) => element.tabIndex < 0 && element.parentElement.closest(groups + ', [tabindex="0"]') !== null
  const find = () => [...document.querySelectorAll(usable)].filter((element) => isSeen(element) && !element.disabled && !isKept(element))
  const wanted = find()
  const met = new Set()
  const faults = []
  let first
  const tell = (element) => element.textContent.trim().slice(0, 60) + ' ' + element.outerHTML.slice(0, 160)
  const textOf = (id) => document.getElementById(id)?.textContent ?? ''
  const nameOf = (element) =>
    [
      element.getAttribute('aria-label'),
      ...(element.getAttribute('aria-labelledby') ?? '').split(' ').map(textOf),
      ...[...(element.labels ?? [])].map((label) => label.textContent),
      element.querySelector('[role=img][aria-label]')?.getAttribute('aria-label'),
      element.textContent,
      element.title,
    ].some((text) => (text ?? '').trim() !== '')
  const isRing = ({ content, outlineStyle, outlineWidth, outlineColor }) =>
    content !== 'none' && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && outlineColor !== 'rgba(0, 0, 0, 0)'
  // A link that fills a row has its ring around the row; the element that replaces a hidden box
  // shows its ring.
  const hasRing = (element) =>
    isRing(getComputedStyle(element)) ||
    isRing(getComputedStyle(element, '::after')) ||
    (element.matches('input') && [element.closest('label'), element.nextElementSibling].some((shown) => shown !== null && isRing(getComputedStyle(shown))))
  // A radio group is one stop; arrow keys move within it.
  const groupOf = (element) =>
    element.type === 'radio' ? wanted.filter(({ type, name }) => type === 'radio' && name === element.name) : [element]
  const missed = () => wanted.filter((element) => !met.has(element) && element.isConnected && isSeen(element))
  let presses = 0
  let isRound = false
  document.addEventListener('keydown', () => (presses += 1), true)
  // Tab may leave the page's end once during the walk.
  const left = () => (isRound ? 0 : 2 * find().length + 20 - presses)
  globalThis.walk = { left, faults: () => [...faults, ...missed().map((element) => 'never reached: ' + tell(element))] }
  document.addEventListener('focusin', ({ target }) => {
    // Elements focused by the page itself are not stops.
    if (target.tabIndex < 0) return
    first ??= target
    if (met.has(target)) {
      isRound ||= target === first
      return
    }
    if (!nameOf(target)) faults.push('no name: ' + tell(target))
    if (!hasRing(target)) faults.push('no ring: ' + tell(target))
    for (const one of groupOf(target)) met.add(one)
  })
}`
