/** Decodes standard base64 with padding that arrives in pieces, and finds everything that is not exactly that. */
export class Base64Decoder {
  #pending = ''
  #isPadded = false
  #isBroken = false

  /** Gives the bytes that `text` completes; none once the input is broken. */
  push(text: string): Buffer {
    const whole = this.#pending + text
    const length = whole.length - (whole.length % 4)
    this.#pending = whole.slice(length)
    return this.#decode(whole.slice(0, length))
  }

  /** Whether all that was pushed is base64; call after the last piece. */
  isComplete(): boolean {
    return !this.#isBroken && this.#pending === ''
  }

  #decode(groups: string): Buffer {
    if (groups === '' || this.#isBroken) return Buffer.alloc(0)
    const bytes = Buffer.from(groups, 'base64')
    // Buffer.from skips what it does not know; only what encodes back to itself was base64 in its one canonical spelling.
    this.#isBroken = this.#isPadded || bytes.toString('base64') !== groups
    this.#isPadded = groups.endsWith('=')
    return this.#isBroken ? Buffer.alloc(0) : bytes
  }
}
