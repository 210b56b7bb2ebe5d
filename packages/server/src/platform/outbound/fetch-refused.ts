/** Something is not fetched, and asking again gives nothing else: the message says why, for whoever named the address. */
export class FetchRefused extends Error {
  override readonly name = 'FetchRefused'
}
