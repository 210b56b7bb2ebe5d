/** A key under which a change can be sent again and has effect once (`http.md` 7.5). One for each intention, not for each request. */
export function newIdempotencyKey(): string {
  // `crypto.randomUUID` is for secure contexts only, and a server may be on plain HTTP in a private network.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
