/** False while the server draws the first page. */
export const isBrowser = typeof document !== 'undefined'
