/**
 * Generates random texts with secrets in the encodings that programs use. No secret may be
 * recoverable from the log. The number of cases grows with the effort.
 */
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  chunksOf,
  type Part,
  type Reading,
  readAll,
  readings,
  streamOf,
  unlimited,
} from '../spool/output.test-support.ts'
import { decodeProgress } from '../spool/progress.ts'
import type { CutterOptions } from '../spool/spool-cutter.ts'
import { createRedactor, type Redactor } from './redactor.ts'
import { promised, revealedBy } from './revealed.test-support.ts'

const runs = scaled(300)

// No asterisk, because masks consist of them.
const letters = [...'abcXYZ0189', ...'-_.~!+/=&?%"\'\\<> ', 'é', '€', '😀']
const token = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength })
const lines = fc
  .tuple(fc.array(token(1, 70), { minLength: 2, maxLength: 6 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([all, end, isEnded]) => all.join(end) + (isEnded ? end : ''))
const secret = fc
  .oneof(
    token(4, 12),
    token(30, 400),
    lines,
    token(4, 20).map((it) => ` ${it}\n`),
  )
  .filter((it) => Buffer.byteLength(it.trim()) >= 4)

/** Generates secrets, some of which are parts of others or begin like another's end. */
const secrets = fc
  .tuple(fc.array(secret, { minLength: 1, maxLength: 3 }), fc.nat(), fc.boolean())
  .map(([all, at, isPart]) => {
    const [first = ''] = all
    const part = [...first].slice(at % [...first].length).join('')
    const other = isPart ? part : `${part}${first}`
    return Buffer.byteLength(other.trim()) >= 4 ? [...all, other] : all
  })

const wrapped = (text: string, width: number, end: string) => text.replace(new RegExp(`.{${width}}`, 'g'), `$&${end}`)
const base64 = (text: string) => Buffer.from(text).toString('base64')

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0')
const perByte = (write: (byte: number) => string) => (text: string) => [...Buffer.from(text)].map(write).join('')

/**
 * Quotes a text like Python: with the fewest backslashes, and with `x`, `u` or `U` for non-ASCII as
 * in `ascii`.
 */
function pythonRepr(text: string, isAscii: boolean): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const shown = [...text].map((char) => {
    const code = char.codePointAt(0) ?? 0
    if (char === quote || char === '\\') return `\\${char}`
    if (char === '\n') return '\\n'
    if (char === '\r') return '\\r'
    if (code < 0x7f || !isAscii) return char
    if (code < 0x100) return `\\x${hex(code, 2)}`
    return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
  })
  return `${quote}${shown.join('')}${quote}`
}

const html: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const writers: readonly ((text: string) => string)[] = [
  perByte((byte) => `%${hex(byte, 2)}`),
  perByte((byte) => `%${hex(byte, 2).toUpperCase()}`),
  (text) => `+ echo '${text.replaceAll("'", "'\\''")}'`,
  (text) => `export X='${text.replaceAll("'", `'"'"'`)}'`,
  (text) => `declare -x X="${text.replace(/["$`\\]/g, '\\$&')}"`,
  (text) => text.replace(/[^\dA-Za-z\u0080-\uffff_.,:/@%+=-]/g, '\\$&'),
  (text) =>
    `$'${perByte((byte) => (byte > 0x7e ? `\\${byte.toString(8)}` : String.fromCharCode(byte).replace(/['\\]/, '\\$&')))(text).replaceAll('\n', '\\n')}'`,
  (text) => pythonRepr(text, false),
  (text) => pythonRepr(text, true),
  (text) =>
    `b'${perByte((byte) => (byte > 0x7e || byte < 0x20 ? `\\x${hex(byte, 2)}` : String.fromCharCode(byte).replace(/['\\]/, '\\$&')))(text)}'`,
  (text) => text.replace(/[&<>"']/g, (char) => html[char] ?? char),
  (text) => [...text].map((char) => `&#${char.codePointAt(0)};`).join(''),
  (text) => [...text].map((char) => `&#x${hex(char.codePointAt(0) ?? 0, 1).toUpperCase()};`).join(''),
  (text) => Array.from({ length: text.length }, (_, at) => `\\u${hex(text.charCodeAt(at), 4)}`).join(''),
  (text) => [...text].map((char) => `\\u{${hex(char.codePointAt(0) ?? 0, 1)}}`).join(''),
  (text) => text,
  (text) => text.replace(/\r?\n/g, '\r\n'),
  (text) => text.replace(/\r?\n/g, '\n    '),
  (text) => JSON.stringify(text),
  (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  (text) => JSON.stringify(text).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
  (text) =>
    JSON.stringify(text).replace(
      /[\u007f-\uffff]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  encodeURIComponent,
  encodeURI,
  (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
  (text) => new URLSearchParams({ text }).toString(),
  base64,
  (text) => base64(text).replace(/=+$/, ''),
  (text) => Buffer.from(text).toString('base64url'),
  (text) => wrapped(base64(text), 76, '\n'),
  (text) => wrapped(base64(text), 64, '\n'),
  (text) => wrapped(base64(text), 76, '\r\n'),
]

interface Told {
  readonly secrets: readonly string[]
  readonly parts: readonly Part[]
}

const noise = fc.string({ unit: fc.constantFrom(...letters, '\n', '\0', '*'), maxLength: 30 })

const told: fc.Arbitrary<Told> = secrets.chain((known) => {
  const one = fc.constantFrom(...known)
  const write = fc.constantFrom(...writers)
  const word = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(write, one).map(([how, it]) => Buffer.from(how(it))) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(write, noise, one, noise)
        .map(([how, before, it, after]) => Buffer.from(how(before + it + after))),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(write, one, fc.nat())
        .map(([how, it, at]) => Buffer.from(how(`${[...it].slice(0, at % 40).join('')}#`))),
    },
    { weight: 1, arbitrary: noise.map((it) => Buffer.from(it)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 5 }).map((it) => Buffer.from(it)) },
  )
  const stream = fc.array(word, { maxLength: 5 }).map((words) => Buffer.concat(words))
  const turns = fc.array(fc.tuple(fc.constantFrom(0 as const, 1 as const), fc.integer({ min: 1, max: 90 })), {
    maxLength: 40,
  })
  return fc.tuple(stream, stream, turns).map(([out, err, cuts]) => {
    const rest: [Buffer, Buffer] = [out, err]
    const parts: Part[] = []
    for (const [kind, size] of [...cuts, [0, out.length] as const, [1, err.length] as const]) {
      if (rest[kind].length > 0) parts.push({ kind, bytes: rest[kind].subarray(0, size) })
      rest[kind] = rest[kind].subarray(size)
    }
    return { secrets: known, parts }
  })
})

const limit = fc.oneof(fc.constant(unlimited.maxBytes), fc.integer({ min: 0, max: 2_000 }))

test('G15 no secret can be recovered from a log, whatever its encoding, cuts, limit or changes of process', () => {
  return fc.assert(
    fc.asyncProperty(
      told,
      readings,
      readings,
      limit,
      fc.nat(),
      async ({ secrets: known, parts }, how, howLater, maxBytes, at) => {
        const redactor = await createRedactor(known)
        const shown = shownBy(parts, { how, howLater, at }, { ...unlimited, maxBytes, redactor })
        for (const text of shown) expect(revealedBy(text, known.flatMap(promised))).toBeNull()
      },
    ),
    { numRuns: runs },
  )
}, 3_600_000)

test('G15 no secret can be recovered from a message about a job', () => {
  return fc.assert(
    fc.asyncProperty(told, async ({ secrets: known, parts }) => {
      const redactor = (await createRedactor(known)) as Redactor
      const sentence = Buffer.from(redactor.text(String(streamOf(0, parts))))
      expect(revealedBy(sentence, known.flatMap(promised))).toBeNull()
    }),
    { numRuns: Math.ceil(runs / 5) },
  )
}, 3_600_000)

interface Hands {
  readonly how: Reading
  readonly howLater: Reading
  /** Index of the batch after which another process continues. */
  readonly at: number
}

/**
 * Returns the text of each stream. A secret with one half on stdout and the other on stderr is not
 * a secret of either.
 */
function shownBy(parts: readonly Part[], { how, howLater, at }: Hands, options: CutterOptions): readonly Buffer[] {
  const first = readAll(parts, how, options)
  const batches = first.slice(0, first.length === 0 ? 0 : 1 + (at % first.length))
  const before = chunksOf(batches)
  const last = batches.at(-1)
  const keptBytes = before.reduce((sum, { kind, content }) => (kind === 2 ? sum : sum + content.length), 0)
  const later =
    last === undefined
      ? []
      : chunksOf(readAll(parts, howLater, { ...options, progress: decodeProgress(last.position), keptBytes }))
  const all = [...before, ...later]
  return [streamOf(0, all), streamOf(1, all)]
}
