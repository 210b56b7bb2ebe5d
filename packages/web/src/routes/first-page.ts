/** The data that the loaded page waits for before React draws it. */
let needed: Promise<unknown> = Promise.resolve()

/** After this time the page is drawn with what has arrived. */
const patienceMs = 1000

/** Names what the first page needs, so that it is drawn, laid out and painted once. */
export function firstPageNeeds(data: Promise<unknown>): void {
  needed = data
}

/** Resolves when the first page can be drawn. The page repeats failed requests. */
export function firstPageReady(loaded: Promise<unknown>): Promise<unknown> {
  const whole = loaded.then(() => needed).catch(() => undefined)
  return Promise.race([whole, new Promise((done) => setTimeout(done, patienceMs))])
}
