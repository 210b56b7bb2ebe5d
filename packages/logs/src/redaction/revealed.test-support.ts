/**
 * Recovers secrets from a log by decoding common encodings of programs. It is slow and simple and
 * shares no code with the redactor.
 */

/**
 * Returns the parts of a secret that must be masked: the trimmed whole, or each line if all lines
 * are long.
 */
export function promised(secret: string): readonly Buffer[] {
  const lines = secret
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const long = lines.filter((line) => Buffer.byteLength(line) >= 8)
  const whole = Buffer.byteLength(secret.trim()) >= 4 && Buffer.byteLength(secret) >= 4 ? [secret.trim()] : []
  return [...whole, ...(Buffer.byteLength(secret) >= 4 ? long : [])].map((text) => Buffer.from(text))
}

/** Returns the first secret contained in some reading of the text; null for none. */
export function revealedBy(shown: Buffer, secrets: readonly Buffer[]): string | null {
  for (const [name, read] of Object.entries(undo)) {
    for (const reading of read(shown)) {
      const found = secrets.find((secret) => reading.includes(secret))
      if (found !== undefined)
        return `${JSON.stringify(String(found))} by ${name} from ${JSON.stringify(String(shown))}`
    }
  }
  return null
}

const undo: Readonly<Record<string, (shown: Buffer) => Iterable<Buffer>>> = {
  'as it is': (shown) => [shown],
  URL: (shown) => [
    percentDecoded(shown),
    percentDecoded(Buffer.from(shown.toString('latin1').replaceAll('+', ' '), 'latin1')),
  ],
  JSON: (shown) => [jsonDecoded(shown)],
  'a shell': (shown) => [unquoted(shown)],
  Python: (shown) => [numbersDecoded(shown, utf8Of), numbersDecoded(shown, (code) => String.fromCharCode(code & 0xff))],
  HTML: (shown) => [entitiesDecoded(shown)],
  Base64: base64Decoded,
}

function percentDecoded(shown: Buffer): Buffer {
  const text = shown
    .toString('latin1')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(text, 'latin1')
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

function jsonDecoded(shown: Buffer): Buffer {
  return Buffer.from(
    shown
      .toString()
      .replace(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, hex: string | undefined, char: string) =>
        hex === undefined ? (escapes[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
      ),
  )
}

/**
 * Decodes quotes within quotes, and removes backslashes before characters other than letters and
 * digits.
 */
function unquoted(shown: Buffer): Buffer {
  const text = shown.toString('latin1').replace(/'\\''|'"'"'/g, "'")
  return Buffer.from(text.replace(/\\([^\dA-Za-z])/g, '$1'), 'latin1')
}

const utf8Of = (code: number) => Buffer.from(String.fromCodePoint(Math.min(code, 0x10ffff))).toString('latin1')

/**
 * Decodes numeric escapes. `of` decodes a two-digit number; longer numbers are characters, octal
 * ones bytes.
 */
function numbersDecoded(shown: Buffer, of: (code: number) => string): Buffer {
  const text = shown
    .toString('latin1')
    .replace(
      /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|u\{([\da-f]{1,6})\}|([0-3][0-7]{2})|([^ux]))/gi,
      (_, byte?: string, short?: string, long?: string, braced?: string, octal?: string, char = '') => {
        if (byte !== undefined) return of(Number.parseInt(byte, 16))
        if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
        const code = short ?? long ?? braced
        return code === undefined ? (escapes[char] ?? char) : utf8Of(Number.parseInt(code, 16))
      },
    )
  return Buffer.from(text, 'latin1')
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function entitiesDecoded(shown: Buffer): Buffer {
  const text = shown
    .toString('latin1')
    .replace(/&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name = '') => {
      if (decimal !== undefined) return utf8Of(Number.parseInt(decimal, 10))
      return hex === undefined ? (entities[name] ?? whole) : utf8Of(Number.parseInt(hex, 16))
    })
  return Buffer.from(text, 'latin1')
}

/** Decodes each run of letters without its line breaks, from each of four offsets. */
function* base64Decoded(shown: Buffer): Generator<Buffer> {
  for (const [run] of shown.toString('latin1').matchAll(/[\w+/-]+(?:\r?\n[\w+/-]+)*/g)) {
    const letters = run.replace(/[\r\n]/g, '')
    for (let from = 0; from < 4; from++) yield Buffer.from(letters.slice(from), 'base64')
  }
}
