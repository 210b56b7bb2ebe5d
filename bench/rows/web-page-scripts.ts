/** Scripts for the measured pages, as text, because this program has no DOM types. */

/** Adds up layout shifts from the start. */
export const watchShifts = `
  globalThis.benchShift = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) globalThis.benchShift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })`

/**
 * When sentence, failed step and error line were on screen, in milliseconds since the navigation;
 * undefined until then.
 */
export const redAnswer = `performance.getEntriesByName('harmont:red-answer')[0]?.startTime`

/** When the app had drawn the log itself and reacted to keys; undefined until then. */
export const appDrawn = `performance.getEntriesByName('harmont:log-painted')[0]?.startTime`

export const pageFacts = `({
  paintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  shift: globalThis.benchShift,
  elements: document.querySelectorAll('*').length,
})`

/**
 * Measures from the click on a build of the list until its page shows the outcome, plus two frames.
 * Leaves the time in \`benchMs\`.
 */
export const clickBuild = (index: number) => `(() => {
  delete globalThis.benchMs
  const links = [...document.querySelectorAll('main a[href*="/builds/"]')]
  const link = links.filter(({ pathname, offsetParent }) => offsetParent !== null && /\\/builds\\/\\d+$/.test(pathname))[${index}]
  if (link === undefined) throw new Error('there is no such build in the list')
  const started = performance.now()
  const look = () => {
    const heading = document.querySelector('h1')?.textContent ?? ''
    if (location.pathname !== link.pathname || !/passed|failed/i.test(heading)) return requestAnimationFrame(look)
    requestAnimationFrame(() => requestAnimationFrame(() => (globalThis.benchMs = performance.now() - started)))
  }
  link.click()
  requestAnimationFrame(look)
})()`
