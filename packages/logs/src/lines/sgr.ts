const ESC = 0x1b
const BRACKET = 0x5b
const FINAL = 0x6d
/** Longer sequences are ignored. */
const longestSequence = 128

/** Attributes by the code that sets them, in the order of `sequence`. */
const switches = [1, 2, 3, 4, 5, 7, 8, 9] as const
/** Codes that switch attributes off, with the attributes. */
const offs: ReadonlyMap<number, readonly number[]> = new Map([
  [22, [1, 2]],
  [23, [3]],
  [24, [4]],
  [25, [5]],
  [27, [7]],
  [28, [8]],
  [29, [9]],
])

/**
 * Tracks the colours and attributes in force in a text with ANSI escape sequences (ECMA-48, SGR),
 * wherever the text is cut. Other sequences have no effect.
 */
export class SgrTracker {
  readonly #on = new Set<number>()
  #foreground = ''
  #background = ''
  /** The beginning of an incomplete sequence. */
  #pending: Buffer = Buffer.alloc(0)

  /** A single sequence that sets the current style; empty for the default style. */
  get sequence(): string {
    const codes = [...switches.filter((code) => this.#on.has(code)), this.#foreground, this.#background]
    const given = codes.filter((code) => code !== '')
    return given.length === 0 ? '' : `\u001b[${given.join(';')}m`
  }

  /** Restores the state from a value of `sequence`. */
  set(sequence: string): void {
    this.#reset()
    this.#pending = Buffer.alloc(0)
    this.push(Buffer.from(sequence, 'latin1'))
  }

  /** Takes the next bytes of the text. */
  push(bytes: Buffer, from = 0, to: number = bytes.length): void {
    if (this.#pending.length === 0) this.#take(bytes, from, to)
    else {
      const joined = Buffer.concat([this.#pending, bytes.subarray(from, to)])
      this.#pending = Buffer.alloc(0)
      this.#take(joined, 0, joined.length)
    }
  }

  #take(bytes: Buffer, begin: number, to: number): void {
    const first = bytes.indexOf(ESC, begin)
    if (first === -1 || first >= to) return
    const from = lastReset(bytes, first, to)
    for (let start = bytes.indexOf(ESC, from); start !== -1 && start < to; ) {
      let at = start + 1
      if (at < to && bytes[at] !== BRACKET) {
        start = bytes.indexOf(ESC, at)
        continue
      }
      at++
      while (at < to && isParameter(bytes[at] as number)) at++
      if (at >= to) {
        if (to - start < longestSequence) this.#pending = Buffer.from(bytes.subarray(start, to))
        return
      }
      if (bytes[at] === FINAL) this.#apply(bytes.toString('latin1', start + 2, at))
      start = bytes.indexOf(ESC, at)
    }
  }

  #apply(parameters: string): void {
    if (parameters === '' || parameters === '0') {
      this.#reset()
      return
    }
    const codes = parameters.split(';')
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at] as string
      if (code.includes(':')) this.#applyParts(code.split(':'))
      else if (code === '38' || code === '48' || code === '58')
        at += this.#applyColour(code, codes.slice(at + 1, at + 5))
      else this.#applyCode(code === '' ? 0 : Number(code))
    }
  }

  #applyCode(code: number): void {
    if (code === 0) this.#reset()
    else if (switches.some((each) => each === code)) this.#on.add(code)
    else if (code === 21) this.#on.add(4)
    else if (offs.has(code)) for (const each of offs.get(code) ?? []) this.#on.delete(each)
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) this.#foreground = `${code}`
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) this.#background = `${code}`
    else if (code === 39) this.#foreground = ''
    else if (code === 49) this.#background = ''
  }

  /** Applies a colour whose parts are separate codes. Returns their number. */
  #applyColour(code: string, [kind, ...parts]: readonly string[]): number {
    if (kind === '5' && parts.length >= 1) this.#setColour(code, ['5', parts[0]])
    else if (kind === '2' && parts.length >= 3) this.#setColour(code, ['2', ...parts.slice(0, 3)])
    return kind === '5' ? 2 : kind === '2' ? 4 : 1
  }

  /**
   * Applies a code with parts: `38:5:n`, `38:2:r:g:b`, `38:2:space:r:g:b`, or a kind of underline.
   */
  #applyParts([code = '', kind, ...parts]: readonly string[]): void {
    if (code === '4') this.#applyCode(kind === '0' ? 24 : 4)
    else if (kind === '5' && parts.length >= 1) this.#setColour(code, ['5', parts[0]])
    else if (kind === '2' && parts.length >= 3) {
      this.#setColour(code, ['2', ...(parts.length > 3 ? parts.slice(1, 4) : parts)])
    }
  }

  #setColour(code: string, parts: readonly (string | undefined)[]): void {
    const colour = [code, ...parts.map((part) => `${Math.min(255, Number(part || '0'))}`)].join(';')
    if (code === '38') this.#foreground = colour
    else if (code === '48') this.#background = colour
  }

  #reset(): void {
    this.#on.clear()
    this.#foreground = ''
    this.#background = ''
  }
}

const resets = [Buffer.from('\u001b[0m'), Buffer.from('\u001b[m')]

/**
 * Returns the start of the last sequence that resets everything; earlier sequences have no effect.
 * Returns `begin` for none.
 */
function lastReset(bytes: Buffer, begin: number, to: number): number {
  if (to < 4) return begin
  return Math.max(begin, ...resets.map((reset) => bytes.lastIndexOf(reset, to - reset.length)))
}

/** A digit, `:` or `;`. */
function isParameter(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x3b
}
