/** Scripts for the page of a log, as text, because this program has no DOM types. */

/**
 * Clicks the step of this name. Returns the milliseconds until the first rows of its log are on
 * screen.
 */
export const clickStep = (name: string) => `(async () => {
  const marks = () => performance.getEntriesByName('harmont:log-painted')
  const before = marks().length
  const step = [...document.querySelectorAll('a, button')].find((one) => one.textContent.trim().startsWith('${name}') && one.closest('[aria-label=Steps]'))
  const started = performance.now()
  step.click()
  while (marks().length === before) await new Promise(requestAnimationFrame)
  return marks().at(-1).startTime - started
})()`

/** Returns the milliseconds until the text of this line is on screen. */
export const untilLine = (line: number) => `(async () => {
  const started = performance.now()
  while (document.querySelector('[data-text="${line}"]') === null) await new Promise(requestAnimationFrame)
  await new Promise(requestAnimationFrame)
  return performance.now() - started
})()`

/**
 * Searches a text by typing it and pressing Enter. Returns the times at which the first hits were
 * shown and all were counted.
 */
export const searchFor = (text: string) => `(async () => {
  const field = document.querySelector('[aria-label="Search the log"]')
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, '${text}')
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await new Promise(requestAnimationFrame)
  const started = performance.now()
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
  const said = () => document.querySelector('search [role=status]')?.textContent ?? ''
  let first = 0
  while (!/ found| of /.test(said())) {
    if (first === 0 && /\\d/.test(said())) first = performance.now() - started
    await new Promise(requestAnimationFrame)
  }
  const all = performance.now() - started
  return { first: first || all, all, said: said() }
})()`

/** Goes to the next hit with the button. Returns the milliseconds until the hit is marked. */
export const nextHit = `(async () => {
  const position = () => document.querySelector('search [role=status]').textContent
  const before = position()
  const started = performance.now()
  document.querySelector('[aria-label="Next match (n)"]').click()
  while (position() === before || document.querySelector('mark.log-now') === null) await new Promise(requestAnimationFrame)
  return performance.now() - started
})()`

/** Records the time between frames until \`framesSeen\` is called. */
export const watchFrames = `(() => {
  const frames = (globalThis.benchFrames = [])
  let last = performance.now()
  const note = (now) => {
    frames.push(now - last)
    last = now
    if (globalThis.benchFrames === frames) requestAnimationFrame(note)
  }
  requestAnimationFrame(note)
})()`

export const framesSeen = `(() => {
  const frames = globalThis.benchFrames.slice(2)
  globalThis.benchFrames = null
  return frames
})()`

/** An empty page as tall as a log, which shows the best frame times of this machine. */
export const emptyPage = `(() => {
  document.body.replaceChildren()
  const area = document.createElement('div')
  area.style.height = '8000000px'
  document.body.append(area)
  document.documentElement.style.overflow = 'auto'
})()`

export const counts = `({
  rows: document.querySelectorAll('#log .log-row').length,
  elements: document.querySelectorAll('*').length,
})`

/** Drags the scroll bar from one end to the other, so that the whole log passes. */
export const scrollThrough = `(async () => {
  const log = document.querySelector('#log')
  const end = log.scrollHeight - log.clientHeight
  for (let step = 0; step <= 200; step++) {
    log.scrollTop = (end * step) / 200
    await new Promise((done) => setTimeout(done, 40))
  }
})()`

/**
 * Follows a log whose lines begin with their time in nanoseconds, and records the age of the last
 * line on screen.
 */
export const watchAges = `(() => {
  const ages = (globalThis.benchAges = [])
  const long = (globalThis.benchLong = [])
  new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' })
  let last = ''
  const look = () => {
    const text = [...document.querySelectorAll('#log [data-text]')].at(-1)?.textContent ?? ''
    if (text !== last && /^\\d{19}/.test(text)) {
      ages.push(performance.timeOrigin + performance.now() - Number(text.slice(0, 19)) / 1e6)
      last = text
    }
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})()`

export const agesSeen =
  '({ ages: globalThis.benchAges, long: globalThis.benchLong, label: document.querySelector("#log").getAttribute("aria-label") })'
