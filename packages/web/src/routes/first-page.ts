/** What the page that the browser loaded waits for, before React draws it. */
let needed: Promise<unknown> = Promise.resolve()

/** So long its reader looks at the bar of `index.html`; then the page is drawn as far as it is known. */
const patienceMs = 1000

/** Says what the page shows first: drawn with it, it is drawn, laid out and painted once. */
export function firstPageNeeds(data: Promise<unknown>): void {
  needed = data
}

/** Resolves when the first page can be drawn. What failed by then the page asks for again, and says. */
export function firstPageReady(loaded: Promise<unknown>): Promise<unknown> {
  const whole = loaded.then(() => needed).catch(() => undefined)
  return Promise.race([whole, new Promise((done) => setTimeout(done, patienceMs))])
}
