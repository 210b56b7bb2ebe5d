/** The texts that a secret may appear as in a command's output. */

/** A shorter value would be found where it is not meant, and hides nothing that could not be guessed. */
const leastBytes = 4
/** A shorter line of a longer secret is too often something else: `}`, `EOF`. */
const leastLineBytes = 8
/** Longer forms are looked for in overlapping pieces: no more than this has to be held back of what may be the beginning of one. */
const pieceBytes = 128

/** Whether a secret is long enough to be masked. */
export function isMaskable(secret: string): boolean {
  return Buffer.byteLength(secret) >= leastBytes
}

/** What to look for, each once. */
export interface SecretForms {
  readonly plain: readonly Buffer[]
  /** Programs break the lines of these, wherever that may be. */
  readonly base64: readonly Buffer[]
}

/** Forms of every secret that is long enough, of what is left without white space around it, and of its lines. */
export function secretForms(secrets: readonly string[]): SecretForms {
  const plain = new Set<string>()
  const base64 = new Set<string>()
  const add = (to: Set<string>, forms: readonly string[]) => {
    for (const form of forms) for (const piece of pieces(form)) to.add(piece)
  }
  for (const secret of secrets.filter(isMaskable)) {
    const lines = secret.split(/[\r\n]+/).map((line) => line.trim())
    const long = lines.filter((line) => Buffer.byteLength(line) >= leastLineBytes)
    // A key of 40 lines: with all of them masked, what is left of the whole is white space.
    const isAllLong = lines.length > 1 && lines.every((line) => line === '' || long.includes(line))
    const whole = [secret, secret.trim()].filter(isMaskable)
    for (const text of [...whole, ...long]) add(base64, base64Forms(text))
    for (const text of isAllLong ? long : [...whole, ...long]) add(plain, plainForms(text))
  }
  return { plain: [...plain].map(toBytes), base64: [...base64].map(toBytes) }
}

function toBytes(form: string): Buffer {
  return Buffer.from(form, 'latin1')
}

/** Forms are one character a byte, so that equal ones are found. */
function plainForms(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  return [bytes.toString('latin1'), ...urlForms(bytes), ...jsonForms(text)]
}

function pieces(form: string): readonly string[] {
  if (form.length <= pieceBytes) return [form]
  const found: string[] = []
  for (let at = 0; at + pieceBytes < form.length; at += pieceBytes / 2) found.push(form.slice(at, at + pieceBytes))
  return [...found, form.slice(-pieceBytes)]
}

/**
 * What is certain of the Base64 of a text that has these bytes in it: they may begin at each of the three places of a group. Where they are the end,
 * also the last letter and the padding.
 */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const found: string[] = []
  for (const before of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const from = Math.ceil((before * 8) / 6)
    const certain = Math.floor(((before + bytes.length) * 8) / 6)
    found.push(padded.slice(from, certain), padded.slice(from).replace(/=+$/, ''), padded.slice(from))
  }
  return found.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

/** Bytes that the usual encoders leave as they are, besides letters and digits; `+` stands for a space where it says so. */
const urlEncoders = [
  { plain: '-_.~' },
  { plain: "-_.!~*'()" },
  { plain: '-_.~/' },
  { plain: "-_.!~*'();,/?:@&=+$#" },
  { plain: '-_.~', plus: true },
  { plain: '-_.*', plus: true },
]

function urlForms(bytes: Buffer): readonly string[] {
  return urlEncoders.flatMap(({ plain, plus = false }) =>
    [false, true].map((lower) =>
      [...bytes.toString('latin1')]
        .map((char) => {
          if (/[A-Za-z0-9]/.test(char) || plain.includes(char)) return char
          if (plus && char === ' ') return '+'
          const hex = char.charCodeAt(0).toString(16).padStart(2, '0')
          return `%${lower ? hex : hex.toUpperCase()}`
        })
        .join(''),
    ),
  )
}

/** Encoders differ in what they escape without need: the slash, what HTML would read, everything that is not ASCII. */
function jsonForms(text: string): readonly string[] {
  const plain = JSON.stringify(text).slice(1, -1)
  const escaped = (from: string, what: RegExp, lower: boolean) =>
    from.replace(what, (char) => {
      const hex = char.charCodeAt(0).toString(16).padStart(4, '0')
      return `\\u${lower ? hex : hex.toUpperCase()}`
    })
  const found: string[] = []
  for (const slashes of [plain, plain.replaceAll('/', '\\/')]) {
    for (const lower of [true, false]) {
      for (const html of [slashes, escaped(slashes, /[<>&\u2028\u2029]/g, lower)])
        found.push(html, escaped(html, /[\u007f-\uffff]/g, lower))
    }
  }
  return found.map((form) => Buffer.from(form).toString('latin1'))
}
