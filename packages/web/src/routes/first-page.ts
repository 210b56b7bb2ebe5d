/** The data that the loaded page awaits before React renders it. */
let needed: Promise<unknown> = Promise.resolve()

/** After this time the page is rendered with the available data. */
const patienceMs = 1000

/** Sets the data that the first page needs, so that it is rendered, laid out and painted once. */
export function firstPageNeeds(data: Promise<unknown>): void {
  needed = data
}

/** Resolves when the first page can be rendered. The page repeats failed requests. */
export function firstPageReady(loaded: Promise<unknown>): Promise<unknown> {
  const whole = loaded.then(() => needed).catch(() => undefined)
  return Promise.race([whole, new Promise((done) => setTimeout(done, patienceMs))])
}
