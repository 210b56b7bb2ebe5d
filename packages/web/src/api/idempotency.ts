/** Returns a key under which a repeated change takes effect once (`http.md` 7.5). */
export function newIdempotencyKey(): string {
  // `crypto.randomUUID` needs a secure context, and a server may be on plain HTTP in a private
  // network.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
