import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Piece } from '../piece.ts'
import { batches } from '../spool/batches.ts'
import { chunksOf, type Part, piecesOf, readAll, streamOf, unlimited } from '../spool/output.test-support.ts'
import { decodeProgress } from '../spool/progress.ts'
import { type Batch, type CutterOptions, SpoolCutter } from '../spool/spool-cutter.ts'
import { Automaton } from './automaton.ts'
import { createRedactor } from './redactor.ts'
import { isMaskable, secretTexts } from './secret-texts.ts'
import { base64Places, endsOf, waysToWrite } from './written.test-support.ts'

/**
 * Computes the expected log, with every occurrence of a secret masked and overlapping ones merged.
 * Slow and plain.
 */
function maskedPlainly(text: Buffer, secrets: readonly string[]): Buffer {
  const { plain, base64 } = secretTexts(secrets)
  const written = text.toString('latin1')
  const covers: (readonly [number, number])[] = base64.flatMap((it) => base64Places(written, it))
  for (const it of plain) {
    const chars = [...String(it)]
    for (let at = 0; at < written.length; at++) for (const end of endsOf(written, at, chars)) covers.push([at, end])
  }
  covers.sort(([a], [b]) => a - b)
  const parts: Buffer[] = []
  let done = 0
  for (let index = 0; index < covers.length; ) {
    const [from = 0] = covers[index] ?? []
    let end = from
    while (index < covers.length && (end === from || (covers[index]?.[0] ?? 0) < end))
      end = Math.max(end, covers[index++]?.[1] ?? 0)
    parts.push(text.subarray(done, from), Buffer.from('***'))
    done = end
  }
  return Buffer.concat([...parts, text.subarray(done)])
}

async function redactorOf(secrets: readonly string[]) {
  const redactor = await createRedactor(secrets)
  if (redactor === null) throw new Error('nothing to mask')
  return redactor
}

/** Few letters, which make secrets overlap themselves, each other and their surroundings. */
const letters = fc.constantFrom('a', 'b', 'ab', 'é', '\n', ' ', '/', '\\', '%', "'")
const secret = fc
  .string({ unit: letters, minLength: 4, maxLength: 12 })
  .filter((it) => isMaskable(it) && isMaskable(it.trim()))
const secrets = fc.array(secret, { minLength: 1, maxLength: 3 })

interface Told {
  readonly secrets: readonly string[]
  readonly parts: readonly Part[]
  /** Whether the output is taken after each piece. */
  readonly takes: readonly boolean[]
}

/**
 * Generates two mixed streams with forms of the secrets, halves of them and other text, cut
 * anywhere.
 */
const told: fc.Arbitrary<Told> = secrets.chain((known) => {
  const ways = fc.array(fc.nat(), { minLength: 1, maxLength: 8 })
  const escaped = fc
    .tuple(fc.constantFrom(...known), ways)
    .map(([it, turns]) =>
      Buffer.from(
        [...it].map((char, at) => oneOf(waysToWrite(char), turns[at % turns.length] ?? 0)).join(''),
        'latin1',
      ),
    )
  const encoded = fc
    .tuple(fc.constantFrom('', 'x', 'xx'), fc.constantFrom(...known), fc.constantFrom('base64', 'base64url'))
    .map(([before, it, how]) => Buffer.from(Buffer.from(before + it).toString(how as BufferEncoding)))
  const form = fc.oneof(
    fc.constantFrom(...known).map((it) => Buffer.from(it)),
    escaped,
    encoded,
    fc.tuple(encoded, fc.nat()).map(([it, at]) => brokenAt(it, at)),
  )
  const word = fc.oneof(
    form,
    fc.tuple(form, fc.nat()).map(([it, at]) => it.subarray(0, at % it.length)),
    fc.string({ unit: letters, maxLength: 6 }).map((it) => Buffer.from(it)),
  )
  const stream = fc.array(word, { maxLength: 12 }).map((words) => Buffer.concat(words))
  return fc.record({
    secrets: fc.constant(known),
    takes: fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }),
    parts: fc
      .tuple(
        stream,
        stream,
        fc.array(fc.tuple(fc.constantFrom(0 as const, 1 as const), fc.integer({ min: 1, max: 9 })), { maxLength: 60 }),
      )
      .map(([out, err, turns]) => cutUp([out, err], turns)),
  })
})

const oneOf = <T>(all: readonly T[], at: number): T => all[at % all.length] as T

function brokenAt(form: Buffer, at: number): Buffer {
  const place = at % form.length
  return Buffer.concat([form.subarray(0, place), Buffer.from(at % 2 === 0 ? '\n' : '\r\n'), form.subarray(place)])
}

function cutUp(streams: readonly [Buffer, Buffer], turns: readonly (readonly [0 | 1, number])[]): readonly Part[] {
  const rest: [Buffer, Buffer] = [...streams]
  const parts: Part[] = []
  const cut = (kind: 0 | 1, size: number) => {
    if (rest[kind].length === 0) return
    parts.push({ kind, bytes: rest[kind].subarray(0, size) })
    rest[kind] = rest[kind].subarray(size)
  }
  for (const [kind, size] of turns) cut(kind, size)
  cut(0, rest[0].length)
  cut(1, rest[1].length)
  return parts
}

function read(parts: readonly Part[], takes: readonly boolean[], options: CutterOptions): Batch[] {
  return readAll(parts, { takes, joins: [false], ms: 200 }, options)
}

describe('any text with any secrets, cut anywhere', { timeout: 600_000 }, () => {
  test('G15 each stream is unchanged except for its secrets, all forms of which are masked despite splits and overlaps', () => {
    return fc.assert(
      fc.asyncProperty(told, async ({ secrets, parts, takes }) => {
        const chunks = chunksOf(read(parts, takes, { ...unlimited, redactor: await redactorOf(secrets) }))
        for (const kind of [0, 1] as const)
          expect(streamOf(kind, chunks).toString('latin1')).toBe(
            maskedPlainly(streamOf(kind, parts), secrets).toString('latin1'),
          )
      }),
      { numRuns: scaled(80) },
    )
  })

  test('G15 no chunk contains a secret, even before the rest of the secret arrives', () => {
    return fc.assert(
      fc.asyncProperty(told, async ({ secrets, parts, takes }) => {
        const chunks = chunksOf(read(parts, takes, { ...unlimited, redactor: await redactorOf(secrets) }))
        const longest = Math.max(...secrets.map((it) => Buffer.byteLength(it)))
        for (const kind of [0, 1] as const) {
          const text = streamOf(kind, chunks)
          for (const it of secrets) if (!'***'.includes(it)) expect(text.includes(it), `${longest}`).toBe(false)
        }
      }),
      { numRuns: scaled(40) },
    )
  })

  test('G02 G15 another process continues from any stored position: nothing repeated, nothing missing, nothing leaked', () => {
    return fc.assert(
      fc.asyncProperty(
        told,
        fc.array(fc.boolean(), { minLength: 1 }),
        async ({ secrets, parts, takes }, takesLater) => {
          const redactor = await redactorOf(secrets)
          const batches = read(parts, takes, { ...unlimited, redactor })
          for (const [index, { position }] of batches.entries()) {
            const before = chunksOf(batches.slice(0, index + 1))
            const later = read(parts, takesLater, { ...unlimited, redactor, progress: decodeProgress(position) })
            const all = [...before, ...chunksOf(later)]
            for (const kind of [0, 1] as const)
              expect(streamOf(kind, all).toString('latin1')).toBe(
                maskedPlainly(streamOf(kind, parts), secrets).toString('latin1'),
              )
          }
        },
      ),
      { numRuns: scaled(40) },
    )
  })

  test('G15 a long secret becomes one mask, in every form and wherever it is cut', () => {
    const long = fc.string({
      unit: fc.constantFrom('a', 'b', 'é', '"', '/', ' ', '\\'),
      minLength: 100,
      maxLength: 500,
    })
    const form = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => JSON.stringify(text).slice(1, -1),
      encodeURIComponent,
      (text) => Buffer.from(text).toString('base64'),
      (text) => Buffer.from(text).toString('base64url'),
    )
    const cuts = fc.array(fc.tuple(fc.constant(0 as const), fc.integer({ min: 1, max: 200 })), { maxLength: 10 })
    return fc.assert(
      fc.asyncProperty(long, form, cuts, async (text, write, turns) => {
        const secret = `!${text}!`
        const parts = cutUp([Buffer.from(`<<${write(secret)}>>`), Buffer.alloc(0)], turns)
        const chunks = chunksOf(read(parts, [true], { ...unlimited, redactor: await redactorOf([secret]) }))
        expect(String(streamOf(0, chunks))).toMatch(/^<<\*\*\*={0,2}>>$/)
      }),
      { numRuns: scaled(40) },
    )
  })

  test('the automaton returns, at every position, the longest pattern and the longest beginning of one that ends there', () => {
    const word = fc.uint8Array({ min: 97, max: 99, minLength: 1, maxLength: 6 })
    const text = fc.uint8Array({ min: 97, max: 99, maxLength: 40 })
    return fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 8 }), text, async (patterns, bytes) => {
        const automaton = await Automaton.of(patterns)
        const isEnd = (end: number, it: Uint8Array) =>
          end >= it.length && Buffer.from(bytes.subarray(end - it.length, end)).equals(it)
        const longest = (end: number, all: readonly Uint8Array[]) =>
          Math.max(0, ...all.filter((it) => isEnd(end, it)).map(({ length }) => length))
        const beginnings = patterns.flatMap((it) => [...it.keys()].map((at) => it.subarray(0, at + 1)))
        let state = 0
        for (const [at, byte] of bytes.entries()) {
          state = automaton.next(state, byte)
          expect([automaton.match(state), automaton.depth(state)]).toEqual([
            longest(at + 1, patterns),
            longest(at + 1, beginnings),
          ])
        }
      }),
      { numRuns: scaled(100) },
    )
  })
})

describe('forms', () => {
  const value = 'pä ss/w+rd?&="<x>\\'
  const redacted = async (text: string, ...known: string[]) =>
    (await redactorOf(known.length > 0 ? known : [value])).text(text)

  test('G15 Base64 of a text with the secret, at any alignment, in both alphabets, padded or not', async () => {
    for (const alphabet of ['base64', 'base64url'] as const) {
      for (const before of ['', 'x', 'xx', 'xxx']) {
        for (const after of ['', 'y', 'yy', 'yyy']) {
          for (const known of [value, 'abcd', '>>>???>>>', 'ÿÿÿÿÿ']) {
            const encoded = Buffer.from(`${before}${known}${after}`).toString(alphabet)
            for (const text of [encoded, encoded.replace(/=+$/, '')]) {
              const shown = await redacted(`-${text}-`, known)
              const from = Math.floor((before.length * 8) / 6)
              const rest = text.slice(Math.floor(((before.length + Buffer.byteLength(known)) * 8) / 6))
              const [head, tail, ...more] = shown.split('***')
              expect([head, more]).toEqual([`-${text.slice(0, from)}`, []])
              expect(`${rest}-`.endsWith(tail ?? ''), shown).toBe(true)
              if (before === '' && after === '') expect(shown).toMatch(/^-\*\*\*={0,2}-$/)
            }
          }
        }
      }
    }
  })

  test('G15 URL escapes in upper and lower case', async () => {
    const lower = (text: string) => text.replace(/%../g, (hex) => hex.toLowerCase())
    const forms = [encodeURIComponent(value), encodeURI(value), new URLSearchParams({ x: value }).toString().slice(2)]
    for (const form of forms)
      for (const text of [form, lower(form)]) expect(await redacted(`?a=${text}&b`)).toBe('?a=***&b')
  })

  test('G15 JSON escapes, from minimal to ASCII- and HTML-safe', async () => {
    const plain = JSON.stringify({ value })
    const ascii = plain.replaceAll('ä', '\\u00e4')
    const html = plain.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
    for (const text of [plain, ascii, plain.replaceAll('/', '\\/'), ascii.replaceAll('/', '\\/'), html])
      expect(await redacted(text)).toBe('{"value":"***"}')
  })

  test('G15 a long secret, line by line and as a whole', async () => {
    const key = `-----BEGIN-----\r\n${'A1b2C3d4'.repeat(8)}\n${'x'.repeat(310)}Z\nshort\n-----END-----\n`
    const text = key.split(/\r?\n/).join('\n  ')
    expect(await redacted(text, key)).toBe('***\n  ***\n  ***\n  short\n  ***\n  ')
    for (const form of [
      key,
      JSON.stringify(key).slice(1, -1),
      encodeURIComponent(key),
      Buffer.from(key).toString('base64url'),
    ])
      expect(await redacted(`<${form}>`, key)).toBe('<***>')
  })

  test('G15 a key, printed verbatim, indented or in one line of JSON', async () => {
    const lines = [
      '-----BEGIN KEY-----',
      ...Array.from({ length: 20 }, (_, n) => `${n}/${'aB3+'.repeat(16)}`),
      '-----END KEY-----',
    ]
    const key = `${lines.join('\n')}\n`
    const masks = (between: string) => lines.map(() => '***').join(between)
    expect(await redacted(key, key)).toBe(`${masks('\n')}\n`)
    expect(await redacted(lines.join('\r\n    '), key)).toBe(masks('\r\n    '))
    expect(await redacted(JSON.stringify({ key }), key)).toBe(`{"key":"${masks('\\n')}\\n"}`)
    expect(await redacted(`<${Buffer.from(key).toString('base64url')}>`, key)).toBe('<***>')
  })

  test('G15 a long run of escapes of a secret becomes one mask, and its surroundings stay', async () => {
    for (const secret of ['aaaa', 'a'.repeat(64), 'a'.repeat(1_000)])
      for (const escaped of ['%61', '\\u0061', '&#97;', '%61a\\x61'])
        expect(await redacted(`x y${escaped.repeat(600)}b c`, secret)).toBe('x y***b c')
    for (let times = 190; times < 230; times += 3) {
      const begun = '%61'.repeat(times)
      expect(await redacted(`x${begun}${'%61'.repeat(60)}b c`, `${'a'.repeat(60)}b`)).toBe(`x${begun}*** c`)
    }
  })

  test('a value shorter than 4 bytes is not masked, nor is an empty one', async () => {
    expect((await createRedactor(['', 'abc', '  a  ', '\n']))?.text('abc')).toBe('abc')
    expect(await createRedactor(['', 'abc'])).toBeNull()
    expect([isMaskable('abc'), isMaskable('abcd'), isMaskable('éé')]).toEqual([false, true, true])
  })
})

describe('holding back', () => {
  const secret = 'sesame-open'
  const cutter = async () => new SpoolCutter({ ...unlimited, redactor: await redactorOf([secret]) })
  const shown = (batch: Batch | null) => batch?.chunks.map(({ content }) => String(content)).join('') ?? null

  test('G15 a secret in two halves an hour apart is masked, and only its possible beginning is held back', async () => {
    const it = await cutter()
    const [first, second, third] = piecesOf(
      ['word s', 'esame-', 'open.'].map((text) => ({ kind: 0, bytes: Buffer.from(text) })),
    )
    if (first === undefined || second === undefined || third === undefined) throw new Error('no pieces')
    it.push(first, 0)
    expect(shown(it.take(0))).toBe('word ')
    expect(it.halfSince).toBeNull()
    it.push(second, 1_000)
    expect(it.take(10_000)).toBeNull()
    it.push(third, 3_600_000)
    expect(shown(it.take(3_600_000))).toBe('***.')
  })

  test('text that only resembled a secret is emitted once that is known, at the latest at the end', async () => {
    const it = await cutter()
    const [first, second] = piecesOf(['sesame', '-closed s'].map((text) => ({ kind: 0, bytes: Buffer.from(text) })))
    if (first === undefined || second === undefined) throw new Error('no pieces')
    it.push(first, 0)
    expect(it.take(0)).toBeNull()
    it.push(second, 1)
    expect(shown(it.take(1))).toBe('sesame-closed ')
    expect(shown(it.end())).toBe('s')
  })

  test('a wait on one stream does not delay the other and takes no turns', async () => {
    async function* output(): AsyncGenerator<Piece> {
      const parts: Part[] = [{ kind: 0, bytes: Buffer.from('sesa') }]
      for (let count = 0; count < 30; count++) parts.push({ kind: 1, bytes: Buffer.alloc(65_536, 'x') })
      yield* piecesOf([...parts, { kind: 0, bytes: Buffer.from('me!') }])
    }
    const found: Batch[] = []
    for await (const batch of batches(output, { ...unlimited, redactor: await redactorOf([secret]) })) found.push(batch)
    const chunks = chunksOf(found)
    expect(streamOf(1, chunks).length).toBe(30 * 65_536)
    expect(String(streamOf(0, chunks))).toBe('sesame!')
    // The stream may continue after the last batch.
    const first = chunks.findIndex(({ kind }) => kind === 0)
    expect(streamOf(1, chunks.slice(first)).length).toBeLessThan(512 * 1024)
  })

  test('endless repetitions of a secret take constant memory', async () => {
    const it = new SpoolCutter({ ...unlimited, redactor: await redactorOf(['aaaa']) })
    const parts: Part[] = Array.from({ length: 64 }, () => ({ kind: 0, bytes: Buffer.alloc(65_536, 'a') }))
    for (const piece of piecesOf([...parts, { kind: 0, bytes: Buffer.from('b') }])) it.push(piece, 0)
    expect(shown(it.take(0))).toBe('***b')
  })
})
